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
  return new DirectExtent(extent, plain, direct);
}

async function openFile(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, constants.O_RDWR | constants.O_DIRECT);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') return null;
    throw error;
  }
}

class DirectExtent implements OpenExtent {
  readonly size: number;
  readonly #extent: Extent;
  readonly #plain: OpenExtent;
  readonly #direct: FileHandle;
  readonly #pieces = [alignedBuffer(pieceLength), alignedBuffer(pieceLength)] as const;
  #turn = 0;
  /** Where the piece that is filling starts, and how much of it is filled. */
  #from = 0;
  #filled = 0;
  /** Bytes of the piece handed over last, which ends at `#from` unless something else was written then. */
  #before = { from: 0, length: 0 };
  #writing: Promise<void> = Promise.resolve();

  constructor(extent: Extent, plain: OpenExtent, direct: FileHandle) {
    this.size = plain.size;
    this.#extent = extent;
    this.#plain = plain;
    this.#direct = direct;
  }

  async read(position: number, length: number, scratch = Buffer.allocUnsafe(length)): Promise<Buffer> {
    this.check(position, length);
    const bytes = scratch.subarray(0, length);
    if (this.#take(position, bytes)) return bytes;
    await this.#settle();
    return this.#plain.read(position, length, scratch);
  }

  async write(position: number, bytes: Uint8Array): Promise<void> {
    await this.fill(position, bytes.length, async (room, done) => {
      room.set(bytes.subarray(done, done + room.length));
    });
  }

  async fill(
    position: number,
    length: number,
    put: (room: Buffer, done: number) => Promise<unknown>,
  ): Promise<void> {
    this.check(position, length);
    if (position !== this.#from + this.#filled) {
      await this.#push();
      this.#from = position;
    }
    for (let done = 0; done < length; ) {
      if (this.#filled === pieceLength) await this.#push();
      const end = Math.min(pieceLength, this.#filled + length - done);
      const room = this.#filling().subarray(this.#filled, end);
      await put(room, done);
      this.#filled += room.length;
      done += room.length;
    }
  }

  check(position: number, length: number): void {
    this.#plain.check(position, length);
  }

  async sync(): Promise<void> {
    await this.#settle();
    await this.#plain.sync();
  }

  async close(): Promise<void> {
    // sync has thrown it already, or the caller gave up and throws its own error
    await this.#writing.catch(() => {});
    await this.#direct.close();
    await this.#plain.close();
  }

  #filling(): Buffer {
    return this.#pieces[this.#turn % 2]!;
  }

  async #settle(): Promise<void> {
    await this.#push();
    await this.#writing;
  }

  /** Hands the piece over; returns when the one before it is written. */
  async #push(): Promise<void> {
    await this.#writing;
    if (this.#filled === 0) return;
    this.#writing = this.#writeOut(this.#filling().subarray(0, this.#filled), this.#from);
    // it is awaited, and thrown, by the next call
    this.#writing.catch(() => {});
    this.#turn++;
    this.#before = { from: this.#from, length: this.#filled };
    this.#from += this.#filled;
    this.#filled = 0;
  }

  /** What is not a whole number of blocks, or was not taken in one go, goes the usual way. */
  async #writeOut(bytes: Buffer, position: number): Promise<void> {
    const whole = position % alignment === 0 ? bytes.length - (bytes.length % alignment) : 0;
    let done = 0;
    if (whole > 0) {
      const writing = this.#direct.write(bytes, 0, whole, this.#extent.offset + position);
      done = (await writing.catch(nameDisk(this.#extent.path))).bytesWritten;
    }
    if (done < bytes.length) await this.#plain.write(position + done, bytes.subarray(done));
  }

  /** Copies what is still held; false when it has to come from the disk. Frames refer to the bytes in front of them. */
  #take(position: number, into: Buffer): boolean {
    const [before, from] = [this.#before, this.#from];
    const isInRow = before.from + before.length === from;
    const start = isInRow ? before.from : from;
    if (position < start || position + into.length > from + this.#filled) return false;
    const split = Math.max(0, Math.min(into.length, from - position));
    const offset = position - before.from;
    if (split > 0) this.#pieces[(this.#turn + 1) % 2]!.copy(into, 0, offset, offset + split);
    const rest = position + split - from;
    if (split < into.length) this.#filling().copy(into, split, rest, rest + into.length - split);
    return true;
  }
}
