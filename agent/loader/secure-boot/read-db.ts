import { X509Certificate } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { decodeSignatureLists } from '../../../protocol/formats/efi/signature-list.ts';

const stateVariable = 'SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c';
const dbVariable = 'db-d719b2cb-3d3a-4596-a3bc-dad00e67656f';
const attributesLength = 4;
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

/** The certificates of EFI_SIGNATURE_LISTs; hashes and what is not a certificate are left out. */
export function certificatesOf(lists: Buffer): X509Certificate[] {
  return decodeSignatureLists(lists)
    .map(certificateOf)
    .filter((certificate) => certificate !== undefined);
}
