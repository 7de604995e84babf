import { type FileHandle, open } from 'node:fs/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { nameDisk } from '../../system/files/name-disk.ts';
import type { Extent } from './slot.ts';

/** An open extent: positions count from its start, and nothing outside it can be reached. */
export interface OpenExtent {
  /** Bytes. */
  size: number;
  /** Reads exactly `length` bytes, into the front of `scratch` when given. */
  read(position: number, length: number, scratch?: Buffer): Promise<Buffer>;
  write(position: number, bytes: Uint8Array): Promise<void>;
  /** Writes what `put` lays into the room it gets, piece by piece, from the start on: for bytes that need no room of their own. */
  fill(
    position: number,
    length: number,
    put: (room: Buffer, done: number) => Promise<unknown>,
  ): Promise<void>;
  /** Throws `disk_invalid` for a stretch that is not inside. */
  check(position: number, length: number): void;
  /** Flushes what was written to the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Bytes that are laid down at once. */
const fillLength = 256 * 1024;

/** Opens an extent for reading, or for writing too. Throws `disk_invalid` when an access leaves it or ends short. */
export async function openExtent(extent: Extent, access: 'read' | 'write'): Promise<OpenExtent> {
  const file = await open(extent.path, access === 'read' ? 'r' : 'r+');
  const inside = (position: number, length: number) => {
    if (position < 0 || length < 0 || position + length > extent.size) {
      throw outside(extent, `bytes ${position} to ${position + length} of ${extent.size}`);
    }
    return extent.offset + position;
  };
  const write: OpenExtent['write'] = async (position, bytes) => {
    const offset = inside(position, bytes.length);
    for (let done = 0; done < bytes.length; ) {
      const writing = file.write(bytes, done, bytes.length - done, offset + done);
      done += (await writing.catch(nameDisk(extent.path))).bytesWritten;
    }
  };
  return {
    size: extent.size,
    async read(position, length, scratch = Buffer.allocUnsafe(length)) {
      const bytes = scratch.subarray(0, length);
      await readFully(file, bytes, inside(position, length), extent);
      return bytes;
    },
    write,
    async fill(position, length, put) {
      inside(position, length);
      const room = Buffer.allocUnsafe(Math.min(length, fillLength));
      for (let done = 0; done < length; done += room.length) {
        const part = room.subarray(0, length - done);
        await put(part, done);
        await write(position + done, part);
      }
    },
    check: inside,
    sync: () => file.sync().catch(nameDisk(extent.path)),
    close: () => file.close(),
  };
}

async function readFully(file: FileHandle, bytes: Buffer, offset: number, extent: Extent): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const reading = file.read(bytes, done, bytes.length - done, offset + done);
    const { bytesRead } = await reading.catch(nameDisk(extent.path));
    if (bytesRead === 0) throw outside(extent, `ends at ${offset + done}`);
    done += bytesRead;
  }
}

function outside(extent: Extent, problem: string): InterlockError {
  return new InterlockError('disk_invalid', { disk: extent.path, problem });
}
