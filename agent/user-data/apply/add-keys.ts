import { chmod, chown, lstat, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeOwned } from '../../../system/files/owned-file.ts';
import { findUser } from '../../users/look-up.ts';

/** Adds lines to a user's authorized_keys; those that are there stay. */
export async function addKeys(root: string, name: string, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const { uid, gid, home } = await findUser(root, name);
  const folder = join(root, home, '.ssh');
  const file = join(folder, 'authorized_keys');
  await makeFolder(folder, uid, gid);
  // the folder is its user's: what lies in it is not followed anywhere
  for (const path of [folder, file]) if (await isLink(path)) throw new Error(`${path} is a link`);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').filter(Boolean);
  const missing = keys.map((key) => key.trim()).filter((key) => !lines.includes(key));
  if (missing.length === 0) return;
  await writeOwned(file, [...lines, ...missing, ''].join('\n'), { mode: 0o600, uid, gid });
}

async function makeFolder(path: string, uid: number, gid: number): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  await chown(path, uid, gid);
  await chmod(path, 0o700);
}

async function isLink(path: string): Promise<boolean> {
  // what is not there is no link
  return (await lstat(path).catch(() => null))?.isSymbolicLink() ?? false;
}
