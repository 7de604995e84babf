import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { FreeSpace } from '../disk/free-space.ts';
import type { Blobs } from './files.ts';

/** Tries something that needs space; idle uploads are dropped for it, the oldest first. Throws `space_missing` when that is not enough. */
export async function makeSpace<T>(
  { blobs, space }: { blobs: Pick<Blobs, 'drop'>; space: FreeSpace },
  attempt: () => T,
): Promise<T> {
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      const isShort = error instanceof InterlockError && error.code === 'space_missing';
      const idle = isShort ? space.idle() : undefined;
      if (idle === undefined) throw error;
      space.end(idle);
      await blobs.drop(idle);
    }
  }
}
