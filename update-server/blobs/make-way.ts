import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Room } from '../disk/room.ts';
import type { Blobs } from './files.ts';

/** Tries something that needs space; idle uploads are dropped for it, the oldest first. Throws `space_missing` when that is not enough. */
export async function makeWay<T>(
  { blobs, room }: { blobs: Pick<Blobs, 'drop'>; room: Room },
  attempt: () => T,
): Promise<T> {
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      const isShort = error instanceof InterlockError && error.code === 'space_missing';
      const idle = isShort ? room.idle() : undefined;
      if (idle === undefined) throw error;
      room.end(idle);
      await blobs.drop(idle);
    }
  }
}
