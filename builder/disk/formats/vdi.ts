import type { FileHandle } from 'node:fs/promises';
import { writeFully } from '../../root/erofs/block-writer.ts';
import { guidBytes } from '../ids/guid-from.ts';
import type { RawDisk } from './raw-disk.ts';

const block = 1024 * 1024;
const mapAt = 512;
const unallocated = 0xffffffff;
const headerLength = 400;
const dynamic = 1;

/**
 * Writes a dynamic VDI, version 1.1 (VirtualBox, VDICore.h): header, block map, then blocks of 1 MiB in the disk's order.
 */
export async function writeVdi(disk: RawDisk, out: FileHandle): Promise<void> {
  const blocks = disk.size / block;
  const map = Buffer.alloc(blocks * 4, 0xff);
  const dataAt = Math.ceil((mapAt + map.length) / block) * block;
  let allocated = 0;
  for await (const { index, bytes } of disk.filled(block)) {
    map.writeUInt32LE(allocated, index * 4);
    await writeFully(out, bytes, dataAt + allocated * block);
    allocated++;
  }
  if (allocated >= unallocated) throw new RangeError('a VDI has fewer than 2^32 blocks');
  await writeFully(out, map, mapAt);
  await writeFully(out, header(disk, { blocks, allocated, dataAt }), 0);
}

function header(disk: RawDisk, { blocks, allocated, dataAt }: Record<string, number>): Buffer {
  const bytes = Buffer.alloc(mapAt);
  bytes.write('<<< Oracle VM VirtualBox Disk Image >>>\n', 0, 'latin1');
  bytes.writeUInt32LE(0xbeda107f, 64);
  bytes.writeUInt32LE(0x00010001, 68);
  bytes.writeUInt32LE(headerLength, 72);
  bytes.writeUInt32LE(dynamic, 76);
  bytes.writeUInt32LE(mapAt, 340);
  bytes.writeUInt32LE(dataAt!, 344);
  bytes.writeUInt32LE(512, 360);
  bytes.writeBigUInt64LE(BigInt(disk.size), 368);
  bytes.writeUInt32LE(block, 376);
  bytes.writeUInt32LE(blocks!, 384);
  bytes.writeUInt32LE(allocated!, 388);
  guidBytes(disk.id('vdi')).copy(bytes, 392);
  guidBytes(disk.id('vdi change')).copy(bytes, 408);
  // after two ids of parents: the geometry that a BIOS is shown, left to VirtualBox but for the sector's length
  bytes.writeUInt32LE(512, 468);
  return bytes;
}
