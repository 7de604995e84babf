import type { FileHandle } from 'node:fs/promises';
import { decodeGpt, gptLengths } from '../../../protocol/formats/disk/gpt.ts';
import { guidFrom } from '../ids/guid-from.ts';

const sectorSize = 512;
const windowLength = 1024 * 1024;
const zeros = Buffer.alloc(windowLength);

/** A part of a disk that is not all zeros. */
export interface Piece {
  /** Its place, counted in pieces from the disk's start. */
  index: number;
  bytes: Buffer;
}

/** A raw disk image, read front to back. */
export interface RawDisk {
  /** Bytes: whole MiB. */
  size: number;
  /** An id that follows from the disk's own GUID: another for each purpose, the same in each build. */
  id(purpose: string): string;
  /** The pieces of this length, a power of two up to 1 MiB, that are not all zeros. */
  filled(length: number): AsyncGenerator<Piece>;
  /** All of it. */
  all(): AsyncGenerator<Buffer>;
}

/**
 * Opens a raw disk image. Holes are found by their content, not by the file system: what a format stores must not
 * depend on where the image lay. Throws `disk_invalid` without a partition table, RangeError unless it has whole MiB.
 */
export async function openRawDisk(file: FileHandle): Promise<RawDisk> {
  const { size } = await file.stat();
  if (size % windowLength !== 0) throw new RangeError(`a disk of ${size} bytes is not whole MiB`);
  const lengths = gptLengths(sectorSize);
  const head = await readAt(file, 0, lengths.head);
  const { diskGuid } = decodeGpt(head, await readAt(file, size - lengths.tail, lengths.tail), sectorSize);

  async function* filled(length: number): AsyncGenerator<Piece> {
    for (let at = 0; at < size; at += windowLength) {
      const window = await readAt(file, at, windowLength);
      if (window.equals(zeros)) continue;
      for (let from = 0; from < windowLength; from += length) {
        const bytes = window.subarray(from, from + length);
        if (!bytes.equals(zeros.subarray(0, length))) yield { index: (at + from) / length, bytes };
      }
    }
  }
  async function* all(): AsyncGenerator<Buffer> {
    for (let at = 0; at < size; at += windowLength) yield await readAt(file, at, windowLength);
  }
  return { size, id: (purpose) => guidFrom(`${diskGuid} ${purpose}`), filled, all };
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new RangeError('the disk is cut short');
    done += bytesRead;
  }
  return bytes;
}
