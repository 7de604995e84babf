import { authenticodeDigest, peParts } from '../../../protocol/formats/efi/authenticode.ts';
import { signDigest } from './sign-digest.ts';
import type { Signer } from './signed-data.ts';

const headerLength = 8;
const revision = 0x0200;
const pkcs7 = 0x0002;

/**
 * Signs an EFI program for Secure Boot (Authenticode), instead of any signature it has. The same program and key give
 * the same bytes. Throws `bad_input` for anything but a PE32+ image.
 */
export function signPe(program: Uint8Array, signer: Signer): Buffer {
  const image = Buffer.from(program);
  const { checksumOffset, entryOffset, table } = peParts(image);
  const unsigned = image.subarray(0, table.size > 0 ? table.offset : image.length);
  const padded = Buffer.concat([unsigned, Buffer.alloc((8 - (unsigned.length % 8)) % 8)]);
  const signature = signDigest(authenticodeDigest(image), signer);
  const length = Math.ceil((headerLength + signature.length) / 8) * 8;
  const certificate = Buffer.alloc(length);
  certificate.writeUInt32LE(length, 0);
  certificate.writeUInt16LE(revision, 4);
  certificate.writeUInt16LE(pkcs7, 6);
  signature.copy(certificate, headerLength);
  padded.writeUInt32LE(0, checksumOffset);
  padded.writeUInt32LE(padded.length, entryOffset);
  padded.writeUInt32LE(length, entryOffset + 4);
  return Buffer.concat([padded, certificate]);
}
