import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { type ZstdOptions, zstdDecompress } from 'node:zlib';
import { InterlockError } from '../../protocol/errors.ts';
import type { Numbered } from './find-missing.ts';

const decompress = promisify<Buffer, ZstdOptions, Buffer>(zstdDecompress);

/** The least that zlib takes as the size of its output buffer; a larger one saves joining pieces. */
const smallestChunk = 64;

/** Unpacks a zstd frame and checks length and hash of what it yields. Throws `payload_mismatch`; never yields more. */
export async function decodeFrame(
  frame: Buffer,
  operation: Numbered,
  dictionary: Buffer | null,
): Promise<Buffer> {
  let bytes: Buffer;
  try {
    const { length } = operation;
    bytes = await decompress(frame, {
      maxOutputLength: length,
      chunkSize: Math.max(length, smallestChunk),
      ...(dictionary && { dictionary }),
    });
  } catch (cause) {
    throw mismatch(operation, 'no zstd frame of that length', cause);
  }
  return checkBytes(bytes, operation);
}

/** Returns the bytes when they are what the operation must yield; throws `payload_mismatch` otherwise. */
export function checkBytes(bytes: Buffer, operation: Numbered): Buffer {
  if (bytes.length !== operation.length) throw mismatch(operation, `${bytes.length} bytes`);
  const found = hash('sha256', bytes);
  if (found !== operation.sha256) throw mismatch(operation, found);
  return bytes;
}

function mismatch({ index, sha256 }: Numbered, found: string, cause?: unknown): InterlockError {
  return new InterlockError('payload_mismatch', { index, found, expected: sha256 }, { cause });
}
