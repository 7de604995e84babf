import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  formatUsersLock,
  parseUsersLock,
  type UsersLock,
} from '../builder/tree/users/accounts/users-lock.ts';
import { type UserChange, userChanges } from '../builder/tree/users/user-changes.ts';
import { writeDurably } from '../system/files/durable.ts';

/** Reads `users.lock` beside image.toml: the numbers of an image's users. Undefined when there is none. */
export async function readUsersLock(imagedir: string): Promise<UsersLock | undefined> {
  const file = fileOf(imagedir);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : parseUsersLock(text, file);
}

/**
 * Writes the user numbers of a build, and returns what changed. Once there is a users.lock, every build adds new names.
 * `always` creates the file, and also writes changed lines.
 */
export async function keepUsersLock(
  imagedir: string,
  users: UsersLock,
  always: boolean,
): Promise<UserChange[]> {
  const before = await readUsersLock(imagedir);
  const changes = before ? userChanges(before, users) : [];
  const isNew = changes.some(({ from }) => from === null);
  if (always || isNew) await writeDurably(fileOf(imagedir), formatUsersLock(users));
  return always || isNew ? changes : [];
}

function fileOf(imagedir: string): string {
  return join(imagedir, 'users.lock');
}
