import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { putFile } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { checkAccounts } from './accounts/check-accounts.ts';
import { readUsers } from './accounts/read-users.ts';
import { readSubIds, type SubIds, settleSubIds } from './accounts/sub-ids.ts';
import { extendUsersLock, type UsersLock } from './accounts/users-lock.ts';
import { moveNumbers } from './move-numbers.ts';
import { type Moves, settleNumbers } from './settle-numbers.ts';

/**
 * Gives users and groups, and all they own in a tree, the numbers that the lock keeps for them. The packages' scripts
 * never see the lock: they make each account as on a new machine, with its home, shell and groups, and its number
 * moves afterwards. Returns what moved. Throws `bad_input` when that cannot be.
 */
export async function applyUsersLock(tree: Tree, lock: UsersLock): Promise<Moves> {
  const accounts = await readUsers(tree);
  const moves = settleNumbers(accounts, lock);
  refuse('/etc/passwd', checkAccounts(accounts));
  refuse('users.lock', strangers(tree, moves));
  await moveNumbers(tree, moves);
  for (const [path, kept] of [['etc/subuid', lock.subuids] as const, ['etc/subgid', lock.subgids] as const]) {
    const found = await readSubIds(tree, path);
    const { ids, problems } = settleSubIds(found, kept);
    refuse(`/${path}`, problems);
    if (!isSame(found, ids)) putSubIds(tree, path, ids);
  }
  return moves;
}

/** The lock for the next build: with every name of this tree. */
export async function lockUsers(tree: Tree, lock: UsersLock): Promise<UsersLock> {
  const subuids = await readSubIds(tree, 'etc/subuid');
  const subgids = await readSubIds(tree, 'etc/subgid');
  return extendUsersLock(lock, await readUsers(tree), { subuids, subgids });
}

/** Files whose owner has no name in the image must not come to belong to the user that gets the number. */
function strangers(tree: Tree, { uids, gids }: Moves): string[] {
  const coming = { uid: comingNumbers(uids), gid: comingNumbers(gids) };
  return (['uid', 'gid'] as const).flatMap((kind) => {
    const found = [...tree.values()].find((entry) => coming[kind].has(entry[kind]));
    if (!found) return [];
    const number = found[kind];
    return [
      `/${found.path} has ${kind} ${number}, which no user or group of the image has, but one of users.lock: chown it`,
    ];
  });
}

/** Numbers that get an owner and had none. */
function comingNumbers(moves: Moves['uids']): Set<number> {
  const left = new Set(moves.map(([old]) => old));
  return new Set(moves.map(([, next]) => next).filter((next) => !left.has(next)));
}

function refuse(what: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new InterlockError('bad_input', { what, problem: problems.join('; ') });
}

function isSame(one: SubIds, other: SubIds): boolean {
  return JSON.stringify([...one]) === JSON.stringify([...other]);
}

function putSubIds(tree: Tree, path: string, ids: SubIds): void {
  const lines = [...ids].flatMap(([name, ranges]) => ranges.map((range) => `${name}:${range}\n`));
  putFile(tree, path, lines.join(''), tree.get(path)?.mode);
}
