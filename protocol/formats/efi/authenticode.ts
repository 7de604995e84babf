import { createHash } from 'node:crypto';
import { InterlockError } from '../../errors/interlock-error.ts';
import { isPe32Plus, peHeaders } from './pe-headers.ts';

/** Where a PE32+ image keeps what a signature changes; the certificate table's `size` is 0 when it is unsigned. */
export interface PeParts {
  checksumAt: number;
  /** The data directory's entry of the certificate table: file offset and size. */
  entryAt: number;
  table: { at: number; size: number };
}

/** Finds them (Microsoft PE format, "Optional Header"). Throws `bad_input` for what is no such image. */
export function peParts(image: Buffer): PeParts {
  const headers = peHeaders(image);
  const optionalAt = headers?.optionalOffset ?? 0;
  const isPe = headers !== null && image.length >= optionalAt + 152 && isPe32Plus(image, headers);
  if (!isPe) throw new InterlockError('bad_input', { what: 'EFI program', problem: 'is not a PE32+ image' });
  const entryAt = optionalAt + 144;
  const table = { at: image.readUInt32LE(entryAt), size: image.readUInt32LE(entryAt + 4) };
  return { checksumAt: optionalAt + 64, entryAt, table };
}

/**
 * The SHA-256 that Authenticode signs: everything but checksum, directory entry and certificate table, zero padded to
 * 8 bytes ("Windows Authenticode Portable Executable Signature Format", 2008). The same before and after signing.
 */
export function authenticodeDigest(image: Buffer): Buffer {
  const { checksumAt, entryAt, table } = peParts(image);
  const end = table.size > 0 ? table.at : image.length;
  return createHash('sha256')
    .update(image.subarray(0, checksumAt))
    .update(image.subarray(checksumAt + 4, entryAt))
    .update(image.subarray(entryAt + 8, end))
    .update(Buffer.alloc((8 - (end % 8)) % 8))
    .digest();
}
