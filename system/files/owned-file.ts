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
  await replaceDurably(path, 0o600, async (file) => {
    await file.writeFile(content);
    await file.chown(uid, gid);
    await file.chmod(mode);
  });
}
