import { crc32 } from 'node:zlib';
import { InterlockError } from '../../errors/interlock-error.ts';

/** One partition of a table. */
export interface GptPartition {
  /** From 1: its place in the table. */
  number: number;
  /** GUIDs in text form, lower case. */
  typeGuid: string;
  guid: string;
  /** At most 36 UTF-16 units. */
  name: string;
  firstLba: number;
  /** Inclusive. */
  lastLba: number;
  attributes: bigint;
}

/** A disk's partition table. */
export interface GptTable {
  diskGuid: string;
  /** Bytes: 512 or 4096. */
  sectorSize: number;
  /** Sectors of the whole disk. */
  sectors: number;
  partitions: GptPartition[];
}

const entryLength = 128;
const entryCount = 128;
const entriesLength = entryLength * entryCount;
const headerLength = 92;
const signature = 'EFI PART';
const revision = 0x00010000;
const unused = '00000000-0000-0000-0000-000000000000';

/** Bytes of the table at the front of a disk (protective MBR, header, entries) and at its end (entries, header). */
export function gptLengths(sectorSize: number): { head: number; tail: number } {
  return { head: 2 * sectorSize + entriesLength, tail: sectorSize + entriesLength };
}

/** Lays out both tables (UEFI 2.10, 5.3); `head` goes to offset 0, `tail` to the disk's last bytes. */
export function encodeGpt(table: GptTable): { head: Buffer; tail: Buffer } {
  const { sectorSize, sectors } = table;
  checkTable(table);
  const entries = encodeEntries(table.partitions);
  const entrySectors = entriesLength / sectorSize;
  const primary = encodeHeader(table, entries, { mine: 1, other: sectors - 1, entries: 2 });
  const backup = encodeHeader(table, entries, {
    mine: sectors - 1,
    other: 1,
    entries: sectors - 1 - entrySectors,
  });
  const mbr = encodeProtectiveMbr(table);
  return { head: Buffer.concat([mbr, primary, entries]), tail: Buffer.concat([entries, backup]) };
}

/**
 * Reads a disk's table out of its first and last bytes (`gptLengths`), checking every checksum; the backup serves
 * when the primary is damaged. `source` says which one was read. Throws `disk_invalid` when neither is whole.
 */
export function decodeGpt(
  head: Buffer,
  tail: Buffer,
  sectorSize = 512,
): GptTable & { source: 'primary' | 'backup' } {
  const primary = decodeTable(head.subarray(sectorSize, 2 * sectorSize), sectorSize, (lba) =>
    head.subarray(lba * sectorSize),
  );
  if (typeof primary !== 'string') return { ...primary, source: 'primary' };
  const backup = decodeTable(tail.subarray(-sectorSize), sectorSize, (lba, headerLba) =>
    tail.subarray(tail.length - (headerLba + 1 - lba) * sectorSize),
  );
  if (typeof backup !== 'string') return { ...backup, source: 'backup' };
  throw invalid(`primary table: ${primary}; backup table: ${backup}`);
}

/** First and last sector that partitions may use. */
export function usableLbas({ sectorSize, sectors }: Pick<GptTable, 'sectorSize' | 'sectors'>): {
  first: number;
  last: number;
} {
  const entrySectors = entriesLength / sectorSize;
  return { first: 2 + entrySectors, last: sectors - 2 - entrySectors };
}

function checkTable(table: GptTable): void {
  const { first, last } = usableLbas(table);
  const sorted = table.partitions.toSorted((a, b) => a.firstLba - b.firstLba);
  let free = first;
  for (const { number, name, firstLba, lastLba } of sorted) {
    if (number < 1 || number > entryCount) throw invalid(`partition number ${number}`);
    if (name.length > 36) throw invalid(`partition name ${name} has more than 36 characters`);
    if (firstLba < free || lastLba < firstLba || lastLba > last) {
      throw invalid(`partition ${number} (${firstLba}–${lastLba}) does not fit ${free}–${last}`);
    }
    free = lastLba + 1;
  }
  if (new Set(sorted.map(({ number }) => number)).size !== sorted.length)
    throw invalid('a number comes twice');
}

function encodeProtectiveMbr({ sectors, sectorSize }: GptTable): Buffer {
  const mbr = Buffer.alloc(sectorSize);
  const entry = mbr.subarray(446);
  entry.set([0x00, 0x00, 0x02, 0x00, 0xee, 0xff, 0xff, 0xff]);
  entry.writeUInt32LE(1, 8);
  entry.writeUInt32LE(Math.min(sectors - 1, 0xffffffff), 12);
  mbr.writeUInt16LE(0xaa55, 510);
  return mbr;
}

function encodeHeader(
  table: GptTable,
  entries: Buffer,
  lba: { mine: number; other: number; entries: number },
): Buffer {
  const header = Buffer.alloc(table.sectorSize);
  const { first, last } = usableLbas(table);
  header.write(signature, 0, 'latin1');
  header.writeUInt32LE(revision, 8);
  header.writeUInt32LE(headerLength, 12);
  [lba.mine, lba.other, first, last].forEach((value, index) => {
    header.writeBigUInt64LE(BigInt(value), 24 + 8 * index);
  });
  encodeGuid(table.diskGuid).copy(header, 56);
  header.writeBigUInt64LE(BigInt(lba.entries), 72);
  header.writeUInt32LE(entryCount, 80);
  header.writeUInt32LE(entryLength, 84);
  header.writeUInt32LE(crc32(entries), 88);
  header.writeUInt32LE(crc32(header.subarray(0, headerLength)), 16);
  return header;
}

function encodeEntries(partitions: readonly GptPartition[]): Buffer {
  const entries = Buffer.alloc(entriesLength);
  for (const partition of partitions) {
    const entry = entries.subarray((partition.number - 1) * entryLength);
    encodeGuid(partition.typeGuid).copy(entry, 0);
    encodeGuid(partition.guid).copy(entry, 16);
    entry.writeBigUInt64LE(BigInt(partition.firstLba), 32);
    entry.writeBigUInt64LE(BigInt(partition.lastLba), 40);
    entry.writeBigUInt64LE(partition.attributes, 48);
    entry.write(partition.name, 56, 'utf16le');
  }
  return entries;
}

type EntriesAt = (lba: number, headerLba: number) => Buffer;

/** A table, or what is wrong with it. */
function decodeTable(header: Buffer, sectorSize: number, entriesAt: EntriesAt): GptTable | string {
  if (header.length < headerLength || header.toString('latin1', 0, 8) !== signature) return 'no signature';
  const length = header.readUInt32LE(12);
  if (length < headerLength || length > sectorSize) return `a header of ${length} bytes`;
  const cleared = Buffer.from(header.subarray(0, length));
  cleared.writeUInt32LE(0, 16);
  if (crc32(cleared) !== header.readUInt32LE(16)) return 'the header’s checksum is wrong';
  const [mine, other] = [24, 32].map((offset) => Number(header.readBigUInt64LE(offset))) as [number, number];
  const [count, size] = [header.readUInt32LE(80), header.readUInt32LE(84)];
  if (count * size > entriesLength || size < entryLength) return `${count} entries of ${size} bytes`;
  const entries = entriesAt(Number(header.readBigUInt64LE(72)), mine).subarray(0, count * size);
  if (entries.length < count * size) return 'its entries lie elsewhere';
  if (crc32(entries) !== header.readUInt32LE(88)) return 'the entries’ checksum is wrong';
  const sectors = Math.max(mine, other) + 1;
  if (sectors * sectorSize > Number.MAX_SAFE_INTEGER) return `a disk of ${sectors} sectors`;
  const partitions = decodeEntries(entries, count, size);
  const wrong = partitions.find(({ firstLba, lastLba }) => firstLba > lastLba || lastLba >= sectors);
  if (wrong) return `partition ${wrong.number} is outside of the disk`;
  return { diskGuid: decodeGuid(header, 56), sectorSize, sectors, partitions };
}

function decodeEntries(entries: Buffer, count: number, size: number): GptPartition[] {
  return Array.from({ length: count }, (_, index) => {
    const entry = entries.subarray(index * size, (index + 1) * size);
    return {
      number: index + 1,
      typeGuid: decodeGuid(entry, 0),
      guid: decodeGuid(entry, 16),
      name: entry.toString('utf16le', 56, 128).replace(/\0.*$/s, ''),
      firstLba: Number(entry.readBigUInt64LE(32)),
      lastLba: Number(entry.readBigUInt64LE(40)),
      attributes: entry.readBigUInt64LE(48),
    };
  }).filter(({ typeGuid }) => typeGuid !== unused);
}

/** A GUID as disks and firmware store it: the first three fields are little endian (UEFI 2.10, appendix A). */
export function encodeGuid(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  if (bytes.length !== 16) throw invalid(`GUID ${text}`);
  return swapped(bytes);
}

function decodeGuid(bytes: Buffer, offset: number): string {
  const hex = swapped(Buffer.from(bytes.subarray(offset, offset + 16))).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function swapped(guid: Buffer): Buffer {
  guid.subarray(0, 4).reverse();
  guid.subarray(4, 6).swap16();
  guid.subarray(6, 8).swap16();
  return guid;
}

function invalid(problem: string): InterlockError {
  return new InterlockError('disk_invalid', { disk: 'partition table', problem });
}
