import { type FileHandle, rm } from 'node:fs/promises';
import { replaceDurably } from './durable.ts';

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
  // always the same name: who writes the file again after a power cut removes what was left of it
  const temporary = `${path}.interlock.tmp`;
  await rm(temporary, { force: true });
  const write = async (file: FileHandle) => {
    await file.writeFile(content);
    await file.chown(uid, gid);
    await file.chmod(mode);
  };
  await replaceDurably(path, 0o600, write, temporary);
}
