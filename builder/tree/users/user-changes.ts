import { visible } from '../../../protocol/text/visible.ts';
import { type UsersLock, usersLockLines } from './accounts/users-lock.ts';

/** What one build changed in users.lock: lines of the file, null where a name is new. */
export interface UserChange {
  from: string | null;
  to: string;
}

/** Names that are new, and those whose line a package, overlay or script changed: its home, shell, comment or groups. */
export function userChanges(before: UsersLock, after: UsersLock): UserChange[] {
  const old = new Map(usersLockLines(before).map((line) => [keyOf(line), line]));
  const lines = new Set(old.values());
  return usersLockLines(after)
    .filter((line) => !lines.has(line))
    .map((line) => ({ from: old.get(keyOf(line)) ?? null, to: line }))
    .filter(({ from }) => from === null || !isFirstFormat(from));
}

/** For people: one line for each change, nothing when there is none. */
export function formatUserChanges(changes: readonly UserChange[]): string[] {
  return changes.map(({ from, to }) => visible(from === null ? `+ ${to}` : `~ ${from} → ${to}`));
}

function keyOf(line: string): string {
  return line.slice(0, line.indexOf(':'));
}

/** The first format knew numbers only. */
function isFirstFormat(line: string): boolean {
  return /^user .*:::$/.test(line);
}
