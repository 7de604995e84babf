import { hash } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { InterlockError } from '../../protocol/errors.ts';
import { unpackSlack } from '../../protocol/patch.ts';
import type { Numbered } from './find-missing.ts';

/**
 * Unpacks a zstd frame and checks length and hash of what it yields. Throws `payload_mismatch`; never yields more. It
 * waits for zlib, a few milliseconds: handles that are closed later pile up.
 */
export function decodeFrame(frame: Buffer, operation: Numbered, dictionary: Buffer | null): Buffer {
  let bytes: Buffer;
  try {
    const { length } = operation;
    bytes = zstdDecompressSync(frame, {
      maxOutputLength: length,
      chunkSize: length + unpackSlack,
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
