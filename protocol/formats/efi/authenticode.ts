import { createHash } from 'node:crypto';
import { InterlockError } from '../../errors/interlock-error.ts';
import { isPe32Plus, peHeaders } from './pe-headers.ts';

/** Where a PE32+ image keeps what a signature changes; the certificate table's `size` is 0 when it is unsigned. */
export interface PeParts {
  checksumOffset: number;
  /** The data directory's entry of the certificate table: file offset and size. */
  entryOffset: number;
  table: { offset: number; size: number };
}

/** Finds them (Microsoft PE format, "Optional Header"). Throws `bad_input` for anything else. */
export function peParts(image: Buffer): PeParts {
  const headers = peHeaders(image);
  const optionalOffset = headers?.optionalOffset ?? 0;
  const isPe = headers !== null && image.length >= optionalOffset + 152 && isPe32Plus(image, headers);
  if (!isPe) throw new InterlockError('bad_input', { what: 'EFI program', problem: 'is not a PE32+ image' });
  const entryOffset = optionalOffset + 144;
  const table = { offset: image.readUInt32LE(entryOffset), size: image.readUInt32LE(entryOffset + 4) };
  return { checksumOffset: optionalOffset + 64, entryOffset, table };
}

/**
 * The SHA-256 that Authenticode signs: everything but checksum, directory entry and certificate table, zero padded to
 * 8 bytes ("Windows Authenticode Portable Executable Signature Format", 2008). The same before and after signing.
 */
export function authenticodeDigest(image: Buffer): Buffer {
  const { checksumOffset, entryOffset, table } = peParts(image);
  const end = table.size > 0 ? table.offset : image.length;
  return createHash('sha256')
    .update(image.subarray(0, checksumOffset))
    .update(image.subarray(checksumOffset + 4, entryOffset))
    .update(image.subarray(entryOffset + 8, end))
    .update(Buffer.alloc((8 - (end % 8)) % 8))
    .digest();
}
