import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import type { Accounts, Group, User } from '../accounts/read-users.ts';
import { chooseNumber, type Surroundings } from './choose-number.ts';
import type { Declaration, DeclaredUser } from './parse-sysusers.ts';

/** What declarations add to an image. */
export interface NewAccounts extends Accounts {
  /** New users whose account is expired from the start. */
  locked: Set<string>;
  /** [user, group] of groups that were there or are new. */
  members: [string, string][];
}

/**
 * The users and groups that lines of sysusers.d(5) add: groups first, then users with groups of their own, then
 * members, as systemd-sysusers does. What is there by name stays as it is. Throws `bad_input` with the line.
 */
export function makeAccounts(
  declared: readonly Declaration[],
  present: Accounts,
  around: Omit<Surroundings, 'users' | 'groups' | 'ranges'>,
): NewAccounts {
  const groups = new Map(present.groups.map((group) => [group.name, group]));
  const users = new Map(present.users.map((user) => [user.name, user]));
  const ranges = declared.filter((line) => line.kind === 'range');
  const now: Surroundings = { ...around, users, groups, ranges };

  const addGroup = (name: string, asked: Pick<DeclaredUser, 'requested' | 'place'>, twin?: number) => {
    if (groups.has(name)) return;
    const gid = chooseNumber('gid', { name, ...asked, twin: twin ?? numberOf(name, now) }, now);
    groups.set(name, { name, gid, members: [] });
  };
  const addUser = ({ name, requested, group, comment, home, shell, place }: DeclaredUser) => {
    if (users.has(name)) return;
    const first = group === undefined ? undefined : findGroup(groups, group);
    if (group !== undefined && !first) {
      throw new InterlockError('bad_input', {
        what: place,
        problem: `${name} is for ${group}, which is not a group`,
      });
    }
    if (!first) {
      const ofFile = requested && 'ofFile' in requested ? requested : undefined;
      addGroup(
        name,
        { requested: ofFile, place },
        requested && 'number' in requested ? requested.number : undefined,
      );
    }
    const { gid } = first ?? groups.get(name)!;
    const uid = chooseNumber('uid', { name, requested, twin: first ? undefined : gid, place }, now);
    const isRoot = uid === 0;
    users.set(name, {
      name,
      uid,
      gid,
      comment,
      home: home || (isRoot ? '/root' : '/'),
      shell: shell || (isRoot ? '/bin/bash' : '/usr/sbin/nologin'),
    });
  };

  const userLines = declared.filter((line) => line.kind === 'user');
  const memberLines = declared.filter((line) => line.kind === 'member');
  for (const line of declared) if (line.kind === 'group') addGroup(line.name, line);
  for (const { group, place } of memberLines) addGroup(group, { requested: undefined, place });
  for (const line of userLines) addUser(line);
  for (const { name, place } of memberLines) addUser(plainUser(name, place));
  const added = [...users.values()].slice(present.users.length);
  return {
    users: added,
    groups: [...groups.values()].slice(present.groups.length),
    locked: lockedOf(added, userLines),
    members: memberLines.map(({ name, group }) => [name, group]),
  };
}

/** A group takes its user's number, as packages' scripts do. */
function numberOf(name: string, { users, lock }: Surroundings): number | undefined {
  return (users.get(name) ?? lock.users.get(name))?.uid;
}

function findGroup(groups: ReadonlyMap<string, Group>, group: string): Group | undefined {
  if (!/^\d+$/.test(group)) return groups.get(group);
  return [...groups.values()].find(({ gid }) => gid === Number(group));
}

/** Of two lines for one name the first counts. */
function lockedOf(added: readonly User[], lines: readonly DeclaredUser[]): Set<string> {
  const locked = added.filter(({ name }) => lines.find((line) => line.name === name)?.isLocked);
  return new Set(locked.map(({ name }) => name));
}

/** A user that only a list of members names. */
function plainUser(name: string, place: string): DeclaredUser {
  const rest = { comment: '', home: '', shell: '', isLocked: false };
  return { kind: 'user', name, requested: undefined, group: undefined, ...rest, place };
}
