import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { blockSize } from './superblock.ts';

const bufferLength = 1024 * 1024;
/** One is filled while the others are being written. */
const bufferCount = 3;

/** Writes a file front to back in large pieces, counting blocks of 4096 bytes. */
export interface BlockWriter {
  /** The block that the next byte goes into; only meaningful on a block boundary. */
  readonly block: number;
  write(bytes: Uint8Array): Promise<void>;
  /** Pads the last block with zeros. */
  fillBlock(): Promise<void>;
  /** Waits for all that was written; `blocks` counts the skipped ones too, `checksum` is the CRC-32 of all bytes. */
  finish(): Promise<{ blocks: number; checksum: number }>;
}

/** Starts writing at block `firstBlock` of an empty file; pieces of zeros become holes. */
export function openBlockWriter(file: FileHandle, firstBlock: number): BlockWriter {
  const spare = Array.from({ length: bufferCount }, () => Buffer.allocUnsafe(bufferLength));
  const writing: Promise<Buffer<ArrayBuffer>>[] = [];
  const zeros = Buffer.alloc(blockSize);
  let buffer = spare.pop()!;
  let filled = 0;
  let flushed = firstBlock * blockSize;
  let checksum = 0;

  async function flush(): Promise<void> {
    const bytes = buffer.subarray(0, filled);
    checksum = crc32(bytes, checksum);
    const written = writeAway(file, bytes, flushed, buffer);
    // thrown when the writes are awaited
    written.catch(() => {});
    writing.push(written);
    flushed += filled;
    filled = 0;
    buffer = spare.pop() ?? (await writing.shift()!);
  }

  async function write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + bufferLength - filled);
      buffer.set(piece, filled);
      filled += piece.length;
      at += piece.length;
      if (filled === bufferLength) await flush();
    }
  }

  async function fillBlock(): Promise<void> {
    const rest = (flushed + filled) % blockSize;
    if (rest > 0) await write(zeros.subarray(rest));
  }

  return {
    get block() {
      return (flushed + filled) / blockSize;
    },
    write,
    fillBlock,
    async finish() {
      await fillBlock();
      await flush();
      await Promise.all(writing);
      await file.truncate(flushed);
      return { blocks: flushed / blockSize, checksum };
    },
  };
}

/** Writes all of `bytes` at `position`; one call to the kernel may take fewer. */
export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

async function writeAway<T>(file: FileHandle, bytes: Buffer, position: number, whole: T): Promise<T> {
  const isHole = bytes[0] === 0 && bytes.subarray(1).equals(bytes.subarray(0, -1));
  if (!isHole) await writeFully(file, bytes, position);
  return whole;
}
