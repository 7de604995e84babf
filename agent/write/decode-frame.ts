import { hash } from 'node:crypto';
import { constants, zstdDecompressSync } from 'node:zlib';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { maxWindowLog, unpackSlack } from '../../protocol/formats/payload/patch.ts';
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
      params: { [constants.ZSTD_d_windowLogMax]: maxWindowLog },
      ...(dictionary && { dictionary }),
    });
  } catch (cause) {
    throw mismatch(operation, 'no zstd frame of that length', cause);
  }
  return checkBytes(bytes, operation);
}

/**
 * Throws `payload_mismatch` unless a blob is the one that the signed header names: no decoder sees any other. The former
 * format names none; there the decoders' own bounds hold, and the hash of what they yield.
 */
export function checkBlob(blob: Buffer, operation: Numbered): void {
  const { index, blobDigest } = operation;
  if (!blobDigest) return;
  const found = hash('sha256', blob).slice(0, blobDigest.length);
  if (found === blobDigest) return;
  throw new InterlockError('payload_mismatch', {
    blob: 'the payload',
    index,
    found: `a blob ${found}`,
    expected: blobDigest,
  });
}

/** Returns the bytes when they are what the operation must yield; throws `payload_mismatch` otherwise. */
export function checkBytes(bytes: Buffer, operation: Numbered): Buffer {
  if (bytes.length !== operation.length) throw mismatch(operation, `${bytes.length} bytes`);
  const found = hash('sha256', bytes);
  if (found !== operation.sha256) throw mismatch(operation, found);
  return bytes;
}

function mismatch({ index, sha256 }: Numbered, found: string, cause?: unknown): InterlockError {
  return new InterlockError(
    'payload_mismatch',
    { blob: 'the payload', index, found, expected: sha256 },
    { cause },
  );
}
