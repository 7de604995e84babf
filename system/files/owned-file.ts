import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder, withFile } from './durable.ts';

/** Who has a file, and what everybody may do with it. */
export interface Ownership {
  mode: number;
  uid: number;
  gid: number;
}

/** Replaces a file with owner and mode, whatever the mask says, so that after a power cut the old or the new one is there. */
export async function writeOwned(
  path: string,
  content: string | Uint8Array,
  { mode, uid, gid }: Ownership,
): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await withFile(
      temporary,
      'wx',
      async (file) => {
        await file.writeFile(content);
        await file.chown(uid, gid);
        await file.chmod(mode);
        await file.sync();
      },
      0o600,
    );
    await rename(temporary, path);
  } catch (error) {
    // what went wrong with the file is what counts, not that its beginning cannot be removed either
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(path));
}
