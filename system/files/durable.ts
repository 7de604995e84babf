import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nameDisk } from './name-disk.ts';

/** Replaces a file so that after a power cut the old or the new content is there, whole. */
export async function writeDurably(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  await replaceDurably(path, mode, (file) => file.writeFile(content));
}

/** Replaces a file, made with `mode`, by what `write` leaves in it: after a power cut the old or the new one is there. */
export async function replaceDurably(
  path: string,
  mode: number,
  write: (file: FileHandle) => Promise<void>,
  temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`,
): Promise<void> {
  try {
    await withFile(
      temporary,
      'wx',
      async (file) => {
        await write(file);
        await file.sync();
      },
      mode,
    );
    await rename(temporary, path);
  } catch (error) {
    // what went wrong with the file is what counts, not that its beginning cannot be removed either
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Removes what power cuts left of files that were being replaced in a folder; nobody may be replacing one. */
export async function clearTemporary(folder: string): Promise<void> {
  // no folder, nothing left in it
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => /\.[0-9a-f]{8}\.tmp$/.test(each)))
    await rm(join(folder, name), { force: true });
}

/** Makes names created, renamed or removed in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  await withFile(path, 'r', (folder) => folder.sync());
}

/** Opens a file, hands it over and closes it whatever happens. */
export async function withFile<T>(
  path: string,
  flags: string,
  use: (file: FileHandle) => Promise<T>,
  mode?: number,
): Promise<T> {
  const file = await open(path, flags, mode);
  try {
    return await use(file).catch(nameDisk(path));
  } finally {
    await file.close();
  }
}
