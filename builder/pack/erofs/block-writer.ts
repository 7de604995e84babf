import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { blockSize } from './superblock.ts';

const bufferLength = 1024 * 1024;

/** Writes a file front to back in large pieces, counting blocks of 4096 bytes. */
export interface BlockWriter {
  /** The block that the next byte goes into; only meaningful on a block boundary. */
  readonly block: number;
  write(bytes: Uint8Array): Promise<void>;
  /** Pads the last block with zeros. */
  fillBlock(): Promise<void>;
  /** Flushes; `blocks` counts the skipped ones too, `sha256` is of all that was written. */
  finish(): Promise<{ blocks: number; sha256: Buffer }>;
}

/** Starts writing at block `firstBlock`. */
export function openBlockWriter(file: FileHandle, firstBlock: number): BlockWriter {
  const buffer = Buffer.alloc(bufferLength);
  const digest = createHash('sha256');
  const zeros = Buffer.alloc(blockSize);
  let filled = 0;
  let flushed = firstBlock * blockSize;

  async function flush(): Promise<void> {
    const bytes = buffer.subarray(0, filled);
    digest.update(bytes);
    await writeFully(file, bytes, flushed);
    flushed += filled;
    filled = 0;
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
      return { blocks: flushed / blockSize, sha256: digest.digest() };
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
