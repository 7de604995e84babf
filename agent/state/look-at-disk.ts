import { access, constants, statfs } from 'node:fs/promises';
import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';

/** Fewer free bytes than this are as good as none: the room that is kept for the state could not be laid down again. */
const leastFree = 128 * 1024;

/** What is wrong with the disk under a folder, before anything fails on it; null when nothing is, or when it cannot be found out. */
export async function lookAtDisk(folder: string): Promise<InterlockError | null> {
  try {
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    if (free >= leastFree) return null;
    return new InterlockError('space_missing', { where: folder, free, needed: leastFree });
  } catch (error) {
    const failure = asInterlockError(error);
    return failure.code.startsWith('disk_') ? failure : null;
  }
}
