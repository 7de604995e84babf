import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loaderPrograms } from '../../protocol/boot/esp.ts';
import { encodeGuid, type GptPartition } from '../../protocol/formats/disk/gpt.ts';
import type { Arch } from '../../protocol/schema/schema.ts';

const vendor = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
/** Kept over power-off, for boot services and for us (UEFI 2.10, 8.2). */
const attributes = Buffer.from([7, 0, 0, 0]);
const isActive = 1;

/**
 * Has the firmware start a disk's loader next time, once, whatever comes first in its order: a medium left in the drive does
 * not start again. False where there is no UEFI, or none that keeps variables.
 */
export async function bootNext(
  esp: GptPartition,
  arch: Arch,
  efivars = '/sys/firmware/efi/efivars',
): Promise<boolean> {
  try {
    const option = encodeLoadOption(esp, arch);
    const number = await findOrAdd(option, efivars);
    await writeFile(join(efivars, `BootNext-${vendor}`), Buffer.concat([attributes, number]));
    return true;
  } catch {
    // read-only variables, a full store or no UEFI at all: the caller says what a person has to do
    return false;
  }
}

/** `EFI_LOAD_OPTION` for the removable-media path of a partition (UEFI 2.10, 3.1.3, 10.3.5). */
export function encodeLoadOption(esp: GptPartition, arch: Arch): Buffer {
  const drive = Buffer.alloc(42);
  drive.set([4, 1, 42, 0]);
  drive.writeUInt32LE(esp.number, 4);
  drive.writeBigUInt64LE(BigInt(esp.firstLba), 8);
  drive.writeBigUInt64LE(BigInt(esp.lastLba - esp.firstLba + 1), 16);
  encodeGuid(esp.guid).copy(drive, 24);
  drive.set([2, 2], 40);
  const path = utf16(`\\${loaderPrograms[arch][0].replaceAll('/', '\\')}`);
  const file = Buffer.concat([Buffer.from([4, 4, 0, 0]), path]);
  file.writeUInt16LE(file.length, 2);
  const paths = Buffer.concat([drive, file, Buffer.from([0x7f, 0xff, 4, 0])]);
  const head = Buffer.alloc(6);
  head.writeUInt32LE(isActive, 0);
  head.writeUInt16LE(paths.length, 4);
  return Buffer.concat([head, utf16('Interlock'), paths]);
}

/** The number of an option with these bytes, added when there is none. */
async function findOrAdd(option: Buffer, efivars: string): Promise<Buffer> {
  const numbers = (await readdir(efivars)).flatMap(
    (name) => new RegExp(`^Boot([0-9A-F]{4})-${vendor}$`).exec(name)?.[1] ?? [],
  );
  const fileOf = (number: string) => join(efivars, `Boot${number}-${vendor}`);
  for (const number of numbers) {
    const found = await readFile(fileOf(number));
    if (found.subarray(attributes.length).equals(option)) return encodeNumber(number);
  }
  for (let next = 0; ; next++) {
    const number = next.toString(16).toUpperCase().padStart(4, '0');
    if (numbers.includes(number)) continue;
    await writeFile(fileOf(number), Buffer.concat([attributes, option]));
    return encodeNumber(number);
  }
}

function encodeNumber(hex: string): Buffer {
  return Buffer.from(hex, 'hex').swap16();
}

function utf16(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf16le');
}
