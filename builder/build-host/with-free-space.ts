import { statfs } from 'node:fs/promises';
import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';

/** The bytes that some work needs in a folder, estimated from above. */
export interface Room {
  folder: string;
  needed: number;
}

const noSpace = /No space left on device|Disk quota exceeded/;

/**
 * Does work that fills folders. When a disk turns out full, for this process or a program, throws `space_missing` with the
 * folder, what was free when the work began, and what it takes. It does not refuse before: an estimate may be wrong.
 */
export async function withFreeSpace<T>(rooms: readonly Room[], work: () => Promise<T>): Promise<T> {
  const free = await Promise.all(rooms.map(({ folder }) => freeIn(folder)));
  try {
    return await work();
  } catch (error) {
    const { code, details } = asInterlockError(error);
    const isFull = code === 'disk_full' || (code === 'tool_failed' && noSpace.test(String(details.output)));
    if (!isFull) throw error;
    const short = rooms.findIndex(({ needed }, index) => free[index]! < needed);
    const { folder, needed } = rooms[short] ?? { folder: details.where ?? rooms[0]!.folder, needed: 0 };
    if (needed === 0) throw new InterlockError('disk_full', { where: folder }, { cause: error });
    throw new InterlockError(
      'space_missing',
      { where: folder, free: free[short]!, needed },
      { cause: error },
    );
  }
}

/** Bytes that this user may still write. */
async function freeIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
