import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs';

/**
 * Makes a file that only its owner reads and locks, or changes an existing one to that: SQLite gives its log and its shared memory the same rights, and
 * a reader of those can block all writers. An existing file is not opened: closing it would give up its locks.
 */
export function makePrivate(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'ax', 0o600));
  else if (isMine(path)) chmodSync(path, 0o600);
}

function isMine(path: string): boolean {
  const me = process.geteuid?.();
  return me === 0 || statSync(path).uid === me;
}
