import { freeNumber } from './accounts/free-number.ts';
import type { Accounts } from './accounts/read-users.ts';
import type { UsersLock } from './accounts/users-lock.ts';

/** Numbers that an image's users and groups get instead of those that their packages' scripts chose: [old, new]. */
export interface Moves {
  uids: [number, number][];
  gids: [number, number][];
}

/**
 * Which numbers change so that each name of the lock has its own, and no other name has a number of the lock. New names
 * keep the number they came with where it was never taken. Names and numbers of `accounts` are distinct.
 */
export function settleNumbers({ users, groups }: Accounts, lock: UsersLock): Moves {
  const lockedUids = new Map([...lock.users.values()].map(({ name, uid }) => [name, uid]));
  const lockedGids = new Map([...lock.groups.values()].map(({ name, gid }) => [name, gid]));
  const ofUsers = users.map(({ name, uid }) => ({ name, number: uid }));
  const ofGroups = groups.map(({ name, gid }) => ({ name, number: gid }));
  const taken = new Set([
    ...lockedUids.values(),
    ...lockedGids.values(),
    ...[...ofUsers, ...ofGroups].map(({ number }) => number),
  ]);
  const chosen = new Map<string, number>();
  const choose = (name: string, near: number): number => {
    const number = chosen.get(name) ?? freeNumber(near, taken);
    taken.add(number);
    chosen.set(name, number);
    return number;
  };
  const gids = movesOf(ofGroups, lockedGids, choose);
  return { gids, uids: movesOf(ofUsers, lockedUids, choose, chosen) };
}

function movesOf(
  found: readonly { name: string; number: number }[],
  locked: ReadonlyMap<string, number>,
  choose: (name: string, near: number) => number,
  moved: ReadonlyMap<string, number> = new Map(),
): [number, number][] {
  const reserved = new Set(locked.values());
  return found.flatMap(({ name, number }): [number, number][] => {
    // a new user goes with its group: most have one number
    const isFree = !reserved.has(number) && !moved.has(name);
    const settled = locked.get(name) ?? (isFree ? number : choose(name, number));
    return settled === number ? [] : [[number, settled]];
  });
}
