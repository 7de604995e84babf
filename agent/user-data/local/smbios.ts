import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { foundInSeed } from '../documents/seed-documents.ts';
import type { Found } from '../ports/found.ts';
import { unwrap } from '../reading/base64.ts';
import { readSmall } from './read-small.ts';

const names = ['interlock.user-data', 'interlock.meta-data', 'interlock.network-config'] as const;

/**
 * Reads user-data that came as system credentials, from the machine itself alone: SMBIOS strings of type 11, and QEMU's
 * fw_cfg. systemd's folder of credentials also has what the kernel command line and the ESP bring, which whoever has the
 * disk can write.
 */
export async function readSmbios(root: string, machineId: string): Promise<Found | null> {
  const strings = await readStrings(root);
  const read = async (name: string) =>
    credentialIn(strings, name) ??
    (await readSmall(join(root, 'sys/firmware/qemu_fw_cfg/by_name/opt/io.systemd.credentials', name, 'raw')));
  const [userData, metaData, networkConfig] = [
    await read(names[0]),
    await read(names[1]),
    await read(names[2]),
  ];
  if (!userData && !metaData) return null;
  return foundInSeed(
    'smbios',
    { userData, metaData, networkConfig },
    { fallbackId: machineId, trusted: true },
  );
}

async function readStrings(root: string): Promise<string[]> {
  const folder = join(root, 'sys/firmware/dmi/entries');
  let entries: string[];
  try {
    entries = await readdir(folder);
  } catch {
    // a machine without DMI
    return [];
  }
  const tables = await Promise.all(
    entries.filter((name) => name.startsWith('11-')).map((name) => readSmall(join(folder, name, 'raw'))),
  );
  return tables.flatMap((table) => (table ? stringsOf(table) : []));
}

/** The strings after a table's fixed part, each ended by a zero. */
export function stringsOf(table: Buffer): string[] {
  const fixed = table[1] ?? 0;
  return table
    .subarray(fixed)
    .toString('latin1')
    .split('\0')
    .filter((text) => text !== '');
}

/** A credential as systemd writes it into such a string: plain, or in base64. */
export function credentialIn(strings: readonly string[], name: string): Uint8Array | null {
  const [plain, wrapped] = [`io.systemd.credential:${name}=`, `io.systemd.credential.binary:${name}=`];
  for (const text of strings) {
    if (text.startsWith(plain)) return Buffer.from(text.slice(plain.length), 'latin1');
    if (text.startsWith(wrapped)) return unwrap(text.slice(wrapped.length), name);
  }
  return null;
}
