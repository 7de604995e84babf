import { constants, type FileHandle, open } from 'node:fs/promises';
import { nameDisk } from '../../system/files/name-disk.ts';
import { alignedBuffer, alignment } from './aligned.ts';
import { type OpenExtent, openExtent } from './extent.ts';
import type { Extent } from './slot.ts';

/** Bytes written at once; two such pieces are held, one filling while the disk writes the other. */
const pieceLength = 2 * 1024 * 1024;

/**
 * Opens an extent to be written past the page cache: nothing piles up there that a database's fsync on the same disk
 * would have to wait for, and it costs a third of the processor. Pieces reach the disk in order, the last ones with `sync`.
 * Where that cannot be (tmpfs, an odd partition) the extent is written as usual.
 */
export async function openDirectly(extent: Extent): Promise<OpenExtent> {
  const plain = await openExtent(extent, 'write');
  const direct = extent.offset % alignment === 0 ? await openFile(extent.path) : null;
  if (!direct) return plain;
  const pieces = [alignedBuffer(pieceLength), alignedBuffer(pieceLength)] as const;
  let turn = 0;
  let from = 0;
  let filled = 0;
  /** Bytes of the piece handed over last, which ends at `from` unless something else was written then. */
  let before = { from: 0, length: 0 };
  let writing: Promise<void> = Promise.resolve();

  /** What is no whole number of blocks, or was not taken in one go, goes the usual way. */
  const writeOut = async (bytes: Buffer, position: number) => {
    const whole = position % alignment === 0 ? bytes.length - (bytes.length % alignment) : 0;
    let done = 0;
    if (whole > 0) {
      const writing = direct.write(bytes, 0, whole, extent.offset + position);
      done = (await writing.catch(nameDisk(extent.path))).bytesWritten;
    }
    if (done < bytes.length) await plain.write(position + done, bytes.subarray(done));
  };
  /** Hands the piece over; returns when the one before it is written. */
  const push = async () => {
    await writing;
    if (filled === 0) return;
    writing = writeOut(pieces[turn % 2]!.subarray(0, filled), from);
    // it is awaited, and thrown, by the next call
    writing.catch(() => {});
    turn++;
    before = { from, length: filled };
    from += filled;
    filled = 0;
  };
  /** Copies what is still held; false when it has to come from the disk. Frames refer to the bytes in front of them. */
  const take = (position: number, into: Buffer): boolean => {
    const isInRow = before.from + before.length === from;
    const start = isInRow ? before.from : from;
    if (position < start || position + into.length > from + filled) return false;
    const split = Math.max(0, Math.min(into.length, from - position));
    const at = position - before.from;
    if (split > 0) pieces[(turn + 1) % 2]!.copy(into, 0, at, at + split);
    const rest = position + split - from;
    if (split < into.length) pieces[turn % 2]!.copy(into, split, rest, rest + into.length - split);
    return true;
  };
  const settle = async () => {
    await push();
    await writing;
  };
  const fill: OpenExtent['fill'] = async (position, length, put) => {
    plain.check(position, length);
    if (position !== from + filled) {
      await push();
      from = position;
    }
    for (let done = 0; done < length; ) {
      if (filled === pieceLength) await push();
      const room = pieces[turn % 2]!.subarray(filled, Math.min(pieceLength, filled + length - done));
      await put(room, done);
      filled += room.length;
      done += room.length;
    }
  };
  return {
    size: plain.size,
    async read(position, length, scratch = Buffer.allocUnsafe(length)) {
      plain.check(position, length);
      const bytes = scratch.subarray(0, length);
      if (take(position, bytes)) return bytes;
      await settle();
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
      await settle();
      await plain.sync();
    },
    async close() {
      // sync has thrown it already, or the caller gave up and throws its own error
      await writing.catch(() => {});
      await direct.close();
      await plain.close();
    },
  };
}

async function openFile(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, constants.O_RDWR | constants.O_DIRECT);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') return null;
    throw error;
  }
}
