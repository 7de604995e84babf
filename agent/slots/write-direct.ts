import { constants, type FileHandle, open } from 'node:fs/promises';
import { nameDisk } from '../../system/files/name-disk.ts';
import { alignment } from './aligned.ts';
import { type OpenExtent, openExtent } from './extent.ts';
import { Pieces } from './pieces.ts';
import type { Extent } from './slot.ts';

/**
 * Opens an extent to be written past the page cache: nothing piles up there that a database's fsync on the same disk
 * would have to wait for, and it costs a third of the processor. Pieces reach the disk in order, the last ones with `sync`.
 * Where that cannot be (tmpfs, an odd partition) the extent is written as usual.
 */
export async function openDirectly(extent: Extent): Promise<OpenExtent> {
  const plain = await openExtent(extent, 'write');
  const direct = extent.offset % alignment === 0 ? await openFile(extent.path) : null;
  if (!direct) return plain;
  const pieces = new Pieces((bytes, position) => writeOut(direct, plain, extent, bytes, position));
  const fill: OpenExtent['fill'] = async (position, length, put) => {
    plain.check(position, length);
    await pieces.fill(position, length, put);
  };
  return {
    size: plain.size,
    async read(position, length, scratch = Buffer.allocUnsafe(length)) {
      plain.check(position, length);
      const bytes = scratch.subarray(0, length);
      if (pieces.take(position, bytes)) return bytes;
      await pieces.settle();
      return plain.read(position, length, scratch);
    },
    async write(position, bytes) {
      await fill(position, bytes.length, async (room, done) => {
        room.set(bytes.subarray(done, done + room.length));
      });
    },
    fill,
    check: plain.check,
    async sync() {
      await pieces.settle();
      await plain.sync();
    },
    async close() {
      await pieces.stop();
      await direct.close();
      await plain.close();
    },
  };
}

/** Writes whole blocks directly; the rest, and what was not taken in one go, goes through the page cache. */
async function writeOut(
  direct: FileHandle,
  plain: OpenExtent,
  extent: Extent,
  bytes: Buffer,
  position: number,
): Promise<void> {
  const whole = position % alignment === 0 ? bytes.length - (bytes.length % alignment) : 0;
  let done = 0;
  if (whole > 0) {
    const writing = direct.write(bytes, 0, whole, extent.offset + position);
    done = (await writing.catch(nameDisk(extent.path))).bytesWritten;
  }
  if (done < bytes.length) await plain.write(position + done, bytes.subarray(done));
}

async function openFile(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, constants.O_RDWR | constants.O_DIRECT);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') return null;
    throw error;
  }
}
