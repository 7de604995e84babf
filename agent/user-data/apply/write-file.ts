import { chmod, chown, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PlannedFile } from '../../../protocol/user-data/plan.ts';
import { writeOwned } from '../../../system/files/owned-file.ts';
import { findOwner } from '../../users/look-up.ts';

/** Writes a file of user-data whole; what is appended comes behind what is there, unless it was begun before and is there. */
export async function writePlannedFile(root: string, file: PlannedFile, isAgain = false): Promise<void> {
  const { uid, gid } = await findOwner(root, file.owner, file.group);
  const path = join(root, file.path);
  await makeFolders(path, { uid, gid });
  const before = file.append ? await contentOf(path) : Buffer.alloc(0);
  const isDone = file.append && isAgain && before.subarray(-file.content.length).equals(file.content);
  await writeOwned(path, isDone ? before : Buffer.concat([before, file.content]), {
    mode: file.mode,
    uid,
    gid,
  });
}

/** Writes a file of root's with the folders it lies in. */
export async function putFile(
  root: string,
  path: string,
  content: string | Uint8Array,
  mode = 0o644,
): Promise<void> {
  await makeFolders(join(root, path));
  await writeOwned(join(root, path), content, { mode, uid: 0, gid: 0 });
}

/** Makes the folders that a path lies in, for `owner`. Everybody may enter them, whatever the mask of this process. */
export async function makeFolders(path: string, owner = { uid: 0, gid: 0 }): Promise<void> {
  const folder = dirname(path);
  try {
    await mkdir(folder, 0o755);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT') throw error;
    await makeFolders(folder, owner);
    await mkdir(folder, 0o755);
  }
  await chown(folder, owner.uid, owner.gid);
  await chmod(folder, 0o755);
}

async function contentOf(path: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
}

/** Whether something is there. */
export async function isThere(root: string, path: string): Promise<boolean> {
  // what cannot be looked at is of no use either
  return (await stat(join(root, path)).catch(() => null)) !== null;
}
