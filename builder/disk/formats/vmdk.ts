import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { writeFully } from '../../root/erofs/block-writer.ts';
import type { Piece, RawDisk } from './raw-disk.ts';

const sector = 512;
const grainSectors = 128;
const grain = grainSectors * sector;
const entriesOfTable = 512;
const tableSectors = (entriesOfTable * 4) / sector;
const descriptorSectors = 20;
const headSectors = 128;
const markers = { end: 0, table: 1, directory: 2, footer: 3 };
/** Where the directory lies is said by the footer. */
const directoryAtEnd = 0xffffffffffffffffn;
/** So many grains are compressed at once. */
const batchLength = 32;
const compress = promisify(deflate);

/**
 * Writes a stream-optimised VMDK (VMware, Virtual Disk Format 5.0, "Stream-Optimized Compressed Sparse Extents"): header
 * and descriptor, each grain compressed in the disk's order, after the grains of a table that table, at the end the
 * directory and a footer. Numbers are little endian.
 */
export async function writeVmdk(disk: RawDisk, out: FileHandle): Promise<void> {
  let at = 0;
  const put = async (bytes: Buffer) => {
    const sectorAt = at / sector;
    const padded = Math.ceil(bytes.length / sector) * sector;
    const whole =
      padded === bytes.length ? bytes : Buffer.concat([bytes, Buffer.alloc(padded - bytes.length)]);
    await writeFully(out, whole, at);
    at += padded;
    return sectorAt;
  };
  await put(header(disk, directoryAtEnd));
  await put(descriptor(disk));
  const tables = Math.ceil(disk.size / grain / entriesOfTable);
  const directory = Buffer.alloc(tables * 4);
  let [number, table] = [0, Buffer.alloc(entriesOfTable * 4)];
  const endTable = async () => {
    if (table.every((byte) => byte === 0)) return;
    await put(marker(markers.table, tableSectors));
    directory.writeUInt32LE(await put(table), number * 4);
    table = Buffer.alloc(entriesOfTable * 4);
  };
  for await (const { index, bytes } of compressed(disk.filled(grain))) {
    const mine = Math.floor(index / entriesOfTable);
    if (mine !== number) await endTable();
    number = mine;
    table.writeUInt32LE(await put(grainOf(index, bytes)), (index % entriesOfTable) * 4);
  }
  await endTable();
  await put(marker(markers.directory, Math.ceil(directory.length / sector)));
  const directoryAt = await put(directory);
  await put(marker(markers.footer, 1));
  await put(header(disk, BigInt(directoryAt)).subarray(0, sector));
  await put(marker(markers.end, 0));
}

/** Grains keep their order; a batch is compressed by all threads that Node has for it. */
async function* compressed(pieces: AsyncIterable<Piece>): AsyncGenerator<Piece> {
  let batch: Promise<Piece>[] = [];
  for await (const { index, bytes } of pieces) {
    batch.push(compress(bytes).then((packed) => ({ index, bytes: packed })));
    if (batch.length < batchLength) continue;
    yield* await Promise.all(batch);
    batch = [];
  }
  yield* await Promise.all(batch);
}

function grainOf(index: number, packed: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(index * grainSectors), 0);
  head.writeUInt32LE(packed.length, 8);
  return Buffer.concat([head, packed]);
}

function marker(type: number, sectors: number): Buffer {
  const bytes = Buffer.alloc(sector);
  bytes.writeBigUInt64LE(BigInt(sectors), 0);
  bytes.writeUInt32LE(type, 12);
  return bytes;
}

function header(disk: RawDisk, directoryAt: bigint): Buffer {
  const bytes = Buffer.alloc(sector);
  bytes.write('KDMV', 0, 'latin1');
  bytes.writeUInt32LE(3, 4);
  // a test of line ends, compressed grains, markers
  bytes.writeUInt32LE(0x30001, 8);
  bytes.writeBigUInt64LE(BigInt(disk.size / sector), 12);
  bytes.writeBigUInt64LE(BigInt(grainSectors), 20);
  bytes.writeBigUInt64LE(1n, 28);
  bytes.writeBigUInt64LE(BigInt(descriptorSectors), 36);
  bytes.writeUInt32LE(entriesOfTable, 44);
  bytes.writeBigUInt64LE(directoryAt, 56);
  bytes.writeBigUInt64LE(BigInt(headSectors), 64);
  bytes.write('\n \r\n', 73, 'latin1');
  bytes.writeUInt16LE(1, 77);
  return bytes;
}

/** Padded to the first grain. */
function descriptor(disk: RawDisk): Buffer {
  const sectors = disk.size / sector;
  const [heads, track] = [255, 63];
  const lines = [
    '# Disk DescriptorFile',
    'version=1',
    `CID=${disk.id('vmdk').slice(0, 8)}`,
    'parentCID=ffffffff',
    'createType="streamOptimized"',
    '',
    '# Extent description',
    `RDONLY ${sectors} SPARSE "disk.vmdk"`,
    '',
    '# The Disk Data Base',
    '#DDB',
    '',
    'ddb.adapterType = "lsilogic"',
    `ddb.geometry.cylinders = "${Math.min(Math.floor(sectors / heads / track), 65535)}"`,
    `ddb.geometry.heads = "${heads}"`,
    `ddb.geometry.sectors = "${track}"`,
    'ddb.virtualHWVersion = "13"',
  ];
  const bytes = Buffer.alloc((headSectors - 1) * sector);
  bytes.write(`${lines.join('\n')}\n`, 0, 'latin1');
  return bytes;
}
