import type { FileHandle } from 'node:fs/promises';
import { writeFully } from '../../root/erofs/block-writer.ts';
import { guidBytes } from '../ids/guid-from.ts';
import type { RawDisk } from './raw-disk.ts';

const piece = 64 * 1024;
const footerLength = 512;
const fixed = 2;

/** Writes a fixed VHD (Microsoft, Virtual Hard Disk Image Format): the disk as it is, and a footer. */
export async function writeVhd(disk: RawDisk, out: FileHandle): Promise<void> {
  for await (const { index, bytes } of disk.filled(piece)) await writeFully(out, bytes, index * piece);
  await writeFully(out, footer(disk), disk.size);
}

/** All numbers are big endian. The creator is the one whose sizes readers take as they are, not from the geometry. */
function footer(disk: RawDisk): Buffer {
  const bytes = Buffer.alloc(footerLength);
  bytes.write('conectix', 0, 'latin1');
  bytes.writeUInt32BE(2, 8);
  bytes.writeUInt32BE(0x00010000, 12);
  bytes.fill(0xff, 16, 24);
  bytes.write('win ', 28, 'latin1');
  bytes.writeUInt32BE(0x000a0000, 32);
  bytes.write('Wi2k', 36, 'latin1');
  bytes.writeBigUInt64BE(BigInt(disk.size), 40);
  bytes.writeBigUInt64BE(BigInt(disk.size), 48);
  const { cylinders, heads, sectors } = geometry(disk.size / 512);
  bytes.writeUInt16BE(cylinders, 56);
  bytes.writeUInt8(heads, 58);
  bytes.writeUInt8(sectors, 59);
  bytes.writeUInt32BE(fixed, 60);
  guidBytes(disk.id('vhd')).copy(bytes, 68);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.writeUInt32BE(~sum >>> 0, 64);
  return bytes;
}

/** The specification's own computation ("CHS Calculation"); it ends at 127 GiB. */
function geometry(total: number): { cylinders: number; heads: number; sectors: number } {
  const count = Math.min(total, 65535 * 16 * 255);
  if (count >= 65535 * 16 * 63) return { cylinders: Math.floor(count / 255 / 16), heads: 16, sectors: 255 };
  let sectors = 17;
  let tracks = Math.floor(count / sectors);
  let heads = Math.max(Math.floor((tracks + 1023) / 1024), 4);
  if (tracks >= heads * 1024 || heads > 16) {
    [sectors, heads] = [31, 16];
    tracks = Math.floor(count / sectors);
  }
  if (tracks >= heads * 1024) {
    [sectors, heads] = [63, 16];
    tracks = Math.floor(count / sectors);
  }
  return { cylinders: Math.floor(tracks / heads), heads, sectors };
}
