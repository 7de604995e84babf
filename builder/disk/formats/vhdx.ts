import type { FileHandle } from 'node:fs/promises';
import { writeFully } from '../../root/erofs/block-writer.ts';
import { guidBytes } from '../ids/guid-from.ts';
import { crc32c } from './crc32c.ts';
import type { RawDisk } from './raw-disk.ts';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
const block = mebibyte;
const logicalSector = 512;
/** After as many blocks the table has an entry for a bitmap, which only differencing disks use. */
const blocksOfChunk = (2 ** 23 * logicalSector) / block;
const fullyPresent = 6;

const logAt = mebibyte;
const metadataAt = 2 * mebibyte;
const tableAt = 3 * mebibyte;

const regions = {
  table: '2dc27766-f623-4200-9d64-115e9bfd4a08',
  metadata: '8b7ca206-4790-4b9a-b8fe-575f050f886e',
};

/**
 * Writes a dynamic VHDX ([MS-VHDX]): identifier, two headers, two region tables, an empty log, metadata, the block
 * allocation table, then blocks of 1 MiB in the disk's order.
 */
export async function writeVhdx(disk: RawDisk, out: FileHandle): Promise<void> {
  const blocks = disk.size / block;
  const entries = blocks + Math.floor((blocks - 1) / blocksOfChunk);
  const table = Buffer.alloc(Math.ceil((entries * 8) / mebibyte) * mebibyte);
  let next = (tableAt + table.length) / mebibyte;
  for await (const { index, bytes } of disk.filled(block)) {
    const entry = index + Math.floor(index / blocksOfChunk);
    table.writeBigUInt64LE((BigInt(next) << 20n) | BigInt(fullyPresent), entry * 8);
    await writeFully(out, bytes, next * mebibyte);
    next++;
  }
  await writeFully(out, table, tableAt);
  await writeFully(out, metadata(disk), metadataAt);
  const region = regionTable(table.length);
  const writes: [number, Buffer][] = [
    [0, identifier()],
    [64, header(disk, 0)],
    [128, header(disk, 1)],
    [192, region],
    [256, region],
  ];
  for (const [at, bytes] of writes) await writeFully(out, bytes, at * kibibyte);
  await out.truncate(next * mebibyte);
}

function identifier(): Buffer {
  const bytes = Buffer.alloc(64 * kibibyte);
  bytes.write('vhdxfile', 0, 'latin1');
  bytes.write('Interlock', 8, 'utf16le');
  return bytes;
}

/** The header with the higher sequence number counts. */
function header(disk: RawDisk, sequence: number): Buffer {
  const bytes = Buffer.alloc(4 * kibibyte);
  bytes.write('head', 0, 'latin1');
  bytes.writeBigUInt64LE(BigInt(sequence), 8);
  guidBytes(disk.id('vhdx file')).copy(bytes, 16);
  guidBytes(disk.id('vhdx data')).copy(bytes, 32);
  bytes.writeUInt16LE(1, 66);
  bytes.writeUInt32LE(mebibyte, 68);
  bytes.writeBigUInt64LE(BigInt(logAt), 72);
  return checked(bytes);
}

function regionTable(tableLength: number): Buffer {
  const bytes = Buffer.alloc(64 * kibibyte);
  bytes.write('regi', 0, 'latin1');
  bytes.writeUInt32LE(2, 8);
  const all = [
    [regions.table, tableAt, tableLength],
    [regions.metadata, metadataAt, mebibyte],
  ] as const;
  for (const [index, [guid, offset, length]] of all.entries()) {
    const at = 16 + 32 * index;
    guidBytes(guid).copy(bytes, at);
    bytes.writeBigUInt64LE(BigInt(offset), at + 16);
    bytes.writeUInt32LE(length, at + 24);
    bytes.writeUInt32LE(1, at + 28);
  }
  return checked(bytes);
}

/** The checksum at 4 is over the whole structure with itself zero. */
function checked(bytes: Buffer): Buffer {
  bytes.writeUInt32LE(crc32c(bytes), 4);
  return bytes;
}

/** Flags of an item: of the virtual disk rather than of the file, and required. */
const [ofDisk, required] = [2, 4];

function metadata(disk: RawDisk): Buffer {
  const uint32 = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(disk.size));
  const items: [guid: string, flags: number, content: Buffer][] = [
    ['caa16737-fa36-4d43-b3b6-33f0aa44e76b', required, uint32(block, 0)],
    ['2fa54224-cd1b-4876-b211-5dbed83bf4b8', required | ofDisk, size],
    ['beca12ab-b2e6-4523-93ef-c309e000c746', required | ofDisk, guidBytes(disk.id('vhdx disk'))],
    ['8141bf1d-a96f-4709-ba47-f233a8faab5f', required | ofDisk, uint32(logicalSector)],
    ['cda348c7-445d-4471-9cc9-e9885251c556', required | ofDisk, uint32(4096)],
  ];
  const bytes = Buffer.alloc(mebibyte);
  bytes.write('metadata', 0, 'latin1');
  bytes.writeUInt16LE(items.length, 10);
  let contentAt = 64 * kibibyte;
  for (const [index, [guid, flags, content]] of items.entries()) {
    const at = 32 + 32 * index;
    guidBytes(guid).copy(bytes, at);
    bytes.writeUInt32LE(contentAt, at + 16);
    bytes.writeUInt32LE(content.length, at + 20);
    bytes.writeUInt32LE(flags, at + 24);
    content.copy(bytes, contentAt);
    contentAt += content.length;
  }
  return bytes;
}
