import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  formatUsersLock,
  parseUsersLock,
  type UsersLock,
} from '../builder/tree/users/accounts/users-lock.ts';
import { type UserChange, userChanges } from '../builder/tree/users/user-changes.ts';
import { writeDurably } from '../system/files/durable.ts';

/** The numbers that an image's users have, from beside its image.toml; nothing when they were never kept. */
export async function readUsersLock(imagedir: string): Promise<UsersLock | undefined> {
  const file = fileOf(imagedir);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : parseUsersLock(text, file);
}

/**
 * Keeps what a build gave its users, and tells what changed. With a users.lock every build adds new names: hosts have
 * them from then on. `always` makes the file, and writes changed lines too.
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
