import type { FileHandle } from 'node:fs/promises';
import { writeFully } from '../../root/erofs/block-writer.ts';
import type { RawDisk } from './raw-disk.ts';

const clusterBits = 16;
const cluster = 1 << clusterBits;
const headerLength = 104;
/** 2^4 bits of reference count a cluster. */
const refcountOrder = 4;
const entriesOfTable = cluster / 8;
const countsOfBlock = cluster / 2;
/** The cluster has one reference, so that it can be written in place (QCOW_OFLAG_COPIED). */
const copied = 1n << 63n;

/**
 * Writes qcow2, version 3 (docs/interop/qcow2.txt of QEMU): header, then data in the disk's order, then the tables. All
 * numbers are big endian.
 */
export async function writeQcow2(disk: RawDisk, out: FileHandle): Promise<void> {
  const tables = new Map<number, Buffer>();
  let next = 1;
  const put = async (bytes: Buffer) => {
    const at = next;
    await writeFully(out, bytes, at * cluster);
    next += Math.ceil(bytes.length / cluster);
    return at;
  };
  for await (const { index, bytes } of disk.filled(cluster)) {
    const number = Math.floor(index / entriesOfTable);
    const table = tables.get(number) ?? Buffer.alloc(cluster);
    tables.set(number, table);
    table.writeBigUInt64BE(copied | BigInt((await put(bytes)) * cluster), (index % entriesOfTable) * 8);
  }
  const l1Entries = Math.ceil(disk.size / cluster / entriesOfTable);
  const l1 = Buffer.alloc(Math.ceil((l1Entries * 8) / cluster) * cluster);
  for (const [number, table] of tables) {
    l1.writeBigUInt64BE(copied | BigInt((await put(table)) * cluster), number * 8);
  }
  const l1At = await put(l1);
  const counted = await putCounts(put, next);
  await writeFully(out, header(disk.size, { l1Entries, l1At, ...counted }), 0);
  await out.truncate(next * cluster);
}

/** Reference counts: every cluster of the file has one, those that hold the counts too. */
async function putCounts(put: (bytes: Buffer) => Promise<number>, used: number) {
  let blocks = 0;
  let tableClusters = 1;
  const total = () => used + blocks + tableClusters;
  while (blocks * countsOfBlock < total()) {
    blocks = Math.ceil(total() / countsOfBlock);
    tableClusters = Math.ceil(blocks / entriesOfTable);
  }
  const counts = Buffer.alloc(blocks * cluster);
  for (let index = 0; index < total(); index++) counts.writeUInt16BE(1, index * 2);
  const table = Buffer.alloc(tableClusters * cluster);
  for (let index = 0; index < blocks; index++) {
    table.writeBigUInt64BE(BigInt((used + index) * cluster), index * 8);
  }
  await put(counts);
  return { countsAt: await put(table), tableClusters };
}

function header(
  size: number,
  at: { l1Entries: number; l1At: number; countsAt: number; tableClusters: number },
): Buffer {
  const bytes = Buffer.alloc(cluster);
  bytes.write('QFI\xfb', 0, 'latin1');
  bytes.writeUInt32BE(3, 4);
  bytes.writeUInt32BE(clusterBits, 20);
  bytes.writeBigUInt64BE(BigInt(size), 24);
  bytes.writeUInt32BE(at.l1Entries, 36);
  bytes.writeBigUInt64BE(BigInt(at.l1At * cluster), 40);
  bytes.writeBigUInt64BE(BigInt(at.countsAt * cluster), 48);
  bytes.writeUInt32BE(at.tableClusters, 56);
  bytes.writeUInt32BE(refcountOrder, 96);
  bytes.writeUInt32BE(headerLength, 100);
  return bytes;
}
