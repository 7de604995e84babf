import { InterlockError } from '../../../protocol/errors.ts';
import type { Tree } from '../tree/entry.ts';
import { readUsers } from './read-users.ts';

/** Numbers by `user NAME` and `group NAME`: `uid gid` of a user, the gid of a group. */
export type UsersLock = ReadonlyMap<string, string>;

const comment = '# Numbers that files in /var carry: a name keeps its own for ever.\n';

/** Reads `users.lock`: lines of `user NAME UID GID` and `group NAME GID`. Throws `bad_input` with the line. */
export function parseUsersLock(text: string, file: string): UsersLock {
  const lock = new Map<string, string>();
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return;
    const match = /^(user [^\s:]+) (\d+ \d+)$|^(group [^\s:]+) (\d+)$/.exec(line);
    const [name, numbers] = [match?.[1] ?? match?.[3], match?.[2] ?? match?.[4]];
    if (!name || !numbers || lock.has(name)) {
      throw new InterlockError('bad_input', {
        what: `${file}:${index + 1}`,
        problem: `“${line}” is no new user`,
      });
    }
    lock.set(name, numbers);
  });
  return lock;
}

/** Writes it by name, so that a diff shows what is new. */
export function formatUsersLock(lock: UsersLock): string {
  const lines = [...lock].map(([name, numbers]) => `${name} ${numbers}\n`).toSorted();
  return `${comment}${lines.join('')}`;
}

/**
 * The lock with the names that an installed tree adds; names that went stay, for their files may still be there.
 * Throws `bad_input` when a name has another number than the lock says, or a number of the lock went to another name.
 */
export async function lockUsers(tree: Tree, lock: UsersLock): Promise<UsersLock> {
  const { users, groups } = await readUsers(tree);
  const found = new Map([
    ...users.map(({ name, uid, gid }) => [`user ${name}`, `${uid} ${gid}`] as const),
    ...groups.map(({ name, gid }) => [`group ${name}`, String(gid)] as const),
  ]);
  const owners = new Map([...lock].map(([name, numbers]) => [firstNumber(name, numbers), name]));
  const problems = [...found].flatMap(([name, numbers]) => {
    const locked = lock.get(name);
    if (locked !== undefined) return locked === numbers ? [] : [`${name} was ${locked} and is ${numbers}`];
    const owner = owners.get(firstNumber(name, numbers));
    return owner ? [`${name} has the number of ${owner}`] : [];
  });
  if (problems.length > 0) {
    throw new InterlockError('bad_input', { what: 'users.lock', problem: problems.join('; ') });
  }
  return new Map([...lock, ...found]);
}

function firstNumber(name: string, numbers: string): string {
  return `${name.split(' ')[0]} ${numbers.split(' ')[0]}`;
}
