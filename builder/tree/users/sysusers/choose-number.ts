import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { highestFree, type NumberRange } from '../accounts/free-number.ts';
import type { Group, User } from '../accounts/read-users.ts';
import type { UsersLock } from '../accounts/users-lock.ts';
import type { RequestedNumber } from './parse-sysusers.ts';

type Kind = 'uid' | 'gid';

/** What decides about the number of a new account. */
export interface Surroundings {
  /** Everybody there is, and grows. */
  users: ReadonlyMap<string, User>;
  groups: ReadonlyMap<string, Group>;
  lock: UsersLock;
  /** Owner of a file, by path in the tree. */
  ownerOf: (path: string) => { uid: number; gid: number } | undefined;
  /** Numbers that own something in the tree. */
  owners: ReadonlySet<number>;
  /** Where free numbers are looked for. */
  ranges: readonly NumberRange[];
}

/** A new account's number. `twin`: the number of the user or group of the same name, which is taken where it is free. */
export interface Asked {
  name: string;
  requested: RequestedNumber;
  twin: number | undefined;
  place: string;
}

/**
 * The number of a new user or group: the lock's, the one that is asked for, its twin's, or a free one. Throws `bad_input`
 * for one that is asked for and is another name's, or not the lock's.
 */
export function chooseNumber(
  kind: Kind,
  { name, requested, twin, place }: Asked,
  around: Surroundings,
): number {
  const isFree = (number: number) => holderOf(kind, number, name, around) === undefined;
  const kept = kind === 'uid' ? around.lock.users.get(name)?.uid : around.lock.groups.get(name)?.gid;
  if (requested && 'number' in requested) {
    const { number } = requested;
    if (kept !== undefined && kept !== number) {
      throw refused(place, `${name} has ${kind} ${kept} in users.lock and on hosts, not ${number}`);
    }
    const holder = holderOf(kind, number, name, around);
    if (holder !== undefined) throw refused(place, `${kind} ${number} is ${holder}, not for ${name}`);
    return number;
  }
  if (kept !== undefined) return kept;
  const ofFile = requested && around.ownerOf(requested.ofFile)?.[kind];
  if (ofFile && isFree(ofFile)) return ofFile;
  if (twin !== undefined && isFree(twin)) return twin;
  return highestFree(around.ranges, takenNumbers(around));
}

/** Whose a number is or was, in words. */
function holderOf(kind: Kind, number: number, name: string, { users, groups, lock }: Surroundings) {
  const isOther = (one: User | Group) =>
    one.name !== name && (kind === 'uid' && 'uid' in one ? one.uid : one.gid) === number;
  const [present, kept] = kind === 'uid' ? [users, lock.users] : [groups, lock.groups];
  const here = [...present.values()].find(isOther);
  if (here) return `${here.name}’s`;
  const gone = [...kept.values()].find(isOther);
  return gone && `${gone.name}’s in users.lock and on hosts`;
}

function takenNumbers({ users, groups, lock, owners }: Surroundings): Set<number> {
  const uids = [...users.values(), ...lock.users.values()].map(({ uid }) => uid);
  const gids = [...groups.values(), ...lock.groups.values()].map(({ gid }) => gid);
  return new Set([...owners, ...uids, ...gids]);
}

function refused(place: string, problem: string): InterlockError {
  return new InterlockError('bad_input', { what: place, problem });
}
