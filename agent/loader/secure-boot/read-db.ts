import { X509Certificate } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';

const stateVariable = 'SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c';
const dbVariable = 'db-d719b2cb-3d3a-4596-a3bc-dad00e67656f';
/** EFI_CERT_X509_GUID as it is stored (UEFI 2.10, 32.4.1). */
const x509Type = 'a159c0a5e494a74a87b5ab155c2bf072';
const attributesLength = 4;
const listHeaderLength = 28;
const ownerLength = 16;
/** Firmware keeps a few ten KiB. */
const longestVariable = 1024 * 1024;

/** The certificates that the firmware starts programs by; null when Secure Boot is off or unknown. `folder` is an efivarfs. */
export async function readDb(folder: string): Promise<X509Certificate[] | null> {
  const state = await readVariable(folder, stateVariable);
  if (state[0] !== 1) return null;
  return certificatesOf(await readVariable(folder, dbVariable));
}

async function readVariable(folder: string, name: string): Promise<Buffer> {
  const path = join(folder, name);
  try {
    await using file = await open(path, 'r');
    // efivarfs gives a variable whole by its first read
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestVariable), 0, longestVariable, 0);
    return buffer.subarray(attributesLength, bytesRead);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return Buffer.alloc(0);
    throw new InterlockError('disk_invalid', { disk: path, problem: message }, { cause });
  }
}

function certificateOf(bytes: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(bytes);
  } catch {
    // firmware may hold entries that are no certificate; they vouch for nothing
    return undefined;
  }
}

/** The X.509 entries of EFI_SIGNATURE_LISTs; hashes and what is no certificate are left out. */
export function certificatesOf(lists: Buffer): X509Certificate[] {
  const found: X509Certificate[] = [];
  for (let at = 0; at + listHeaderLength <= lists.length; ) {
    const [length, header, entry] = [16, 20, 24].map((offset) => lists.readUInt32LE(at + offset)) as [
      number,
      number,
      number,
    ];
    if (length < listHeaderLength || entry <= ownerLength) break;
    const isX509 = lists.toString('hex', at, at + 16) === x509Type;
    const end = Math.min(at + length, lists.length);
    for (let one = at + listHeaderLength + header; isX509 && one + entry <= end; one += entry) {
      const certificate = certificateOf(lists.subarray(one + ownerLength, one + entry));
      if (certificate) found.push(certificate);
    }
    at += length;
  }
  return found;
}
