import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { formatGroup, formatUser } from './format-account.ts';
import { type Accounts, type Group, parseGroup, parseUser, type User } from './read-users.ts';
import { parseRange, type SubIds } from './sub-ids.ts';

/** Every user and group that the image ever had, by name, and the ranges of numbers that users hand to containers. */
export interface UsersLock {
  users: ReadonlyMap<string, User>;
  groups: ReadonlyMap<string, Group>;
  subuids: SubIds;
  subgids: SubIds;
}

/** The lock of an image that was never built. */
export const emptyUsersLock: UsersLock = {
  users: new Map(),
  groups: new Map(),
  subuids: new Map(),
  subgids: new Map(),
};

const comment =
  '# Users and groups, also those that went: files on hosts carry their numbers, so a name keeps its own for ever.\n';
const formatLine = 'format 2';

/**
 * Reads `users.lock`: lines of passwd(5), group(5), subuid(5) and subgid(5), each after its kind. The first format, with
 * `user NAME UID GID` and `group NAME GID`, is read too. Throws `bad_input` with the line.
 */
export function parseUsersLock(text: string, file: string): UsersLock {
  const lock = { users: new Map(), groups: new Map(), subuids: new Map(), subgids: new Map() };
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '' || line.startsWith('#') || line === formatLine) return;
    const problem = addLine(lock, line);
    if (problem) throw new InterlockError('bad_input', { what: `${file}:${index + 1}`, problem });
  });
  return lock;
}

/** Writes it by kind and name, so that a diff shows what is new and what a package changed. */
export function formatUsersLock(lock: UsersLock): string {
  return `${comment}${formatLine}\n${usersLockLines(lock)
    .map((line) => `${line}\n`)
    .join('')}`;
}

/** The lines of the file, in its order. */
export function usersLockLines({ users, groups, subuids, subgids }: UsersLock): string[] {
  return [
    ...[...groups.values()].map((group) => {
      return `group ${formatGroup({ ...group, members: group.members.toSorted() })}`;
    }),
    ...[...users.values()].map((user) => `user ${formatUser(user)}`),
    ...formatSubIds('subuid', subuids),
    ...formatSubIds('subgid', subgids),
  ].toSorted();
}

/** The lock with the lines that an image has now; names that went stay, for their files may still be there. */
export function extendUsersLock(
  lock: UsersLock,
  { users, groups }: Accounts,
  { subuids, subgids }: Pick<UsersLock, 'subuids' | 'subgids'>,
): UsersLock {
  return {
    users: new Map([...lock.users, ...users.map((user) => [user.name, user] as const)]),
    groups: new Map([...lock.groups, ...groups.map((group) => [group.name, group] as const)]),
    subuids: new Map([...lock.subuids, ...subuids]),
    subgids: new Map([...lock.subgids, ...subgids]),
  };
}

interface OpenLock {
  users: Map<string, User>;
  groups: Map<string, Group>;
  subuids: Map<string, string[]>;
  subgids: Map<string, string[]>;
}

/** Adds a line, or says what is wrong with it. */
function addLine(lock: OpenLock, line: string): string | undefined {
  const [, kind = '', rest = ''] = /^(\w+) (.*)$/.exec(line) ?? [];
  if (kind === 'format') return `is of format ${rest}; this Interlock knows 1 and 2`;
  if (kind === 'subuid' || kind === 'subgid') {
    const { name, range } = parseRange(rest) ?? {};
    if (name === undefined || range === undefined) return `“${line}” is not a line of ${kind}(5)`;
    const ranges = lock[`${kind}s`];
    ranges.set(name, [...(ranges.get(name) ?? []), range]);
    return undefined;
  }
  if (kind !== 'user' && kind !== 'group') return `“${line}” begins with none of user, group, subuid, subgid`;
  const entry = firstFormat(rest);
  if (entry.split(':')[1] !== 'x') return `“${line}” holds a password, or is not a ${kind}`;
  if (kind === 'user') return addNew(lock.users, parseUser(entry), 'uid', line);
  return addNew(lock.groups, parseGroup(entry), 'gid', line);
}

/** What a line of format 1 says, as a line of passwd(5) or group(5). */
function firstFormat(rest: string): string {
  return rest.replace(/^([^\s:]+) (\d+) (\d+)$/, '$1:x:$2:$3:::').replace(/^([^\s:]+) (\d+)$/, '$1:x:$2:');
}

function addNew<Key extends 'uid' | 'gid', T extends { name: string } & Record<Key, number>>(
  map: Map<string, T>,
  entry: T | undefined,
  number: Key,
  line: string,
): string | undefined {
  if (!entry) return `“${line}” is not a line of ${number === 'uid' ? 'passwd(5)' : 'group(5)'}`;
  if (map.has(entry.name)) return `“${line}” names ${entry.name} again`;
  const owner = [...map.values()].find((other) => other[number] === entry[number]);
  if (owner) return `“${line}” has the number of ${owner.name}`;
  map.set(entry.name, entry);
  return undefined;
}

function formatSubIds(kind: string, ids: SubIds): string[] {
  return [...ids].flatMap(([name, ranges]) => ranges.map((range) => `${kind} ${name}:${range}`));
}
