import { crc32 } from 'node:zlib';

/** What the installer leaves on a disk, in one sector: which release went there, and by which order to erase. */
export interface Note {
  kind: 'unfinished' | 'installed';
  /** Hex root hash. */
  rootHash: string;
  /** `-` when nothing had to be erased. */
  order: string;
}

/** Bytes of a note; the smallest sector, which disks write whole or not at all. */
export const noteLength = 512;

const magic = 'Interlock installer';
const checksumPlace = 504;

/** Text for whoever looks at the disk, and a checksum; the last two bytes keep a BIOS from starting it. */
export function encodeNote({ kind, rootHash, order }: Note): Buffer {
  const sector = Buffer.alloc(noteLength);
  sector.write(`${magic}\nstate ${kind}\nrelease ${rootHash}\norder ${order}\n`, 'latin1');
  sector.writeUInt32LE(crc32(sector.subarray(0, checksumPlace)), checksumPlace);
  return sector;
}

/** Reads a sector as a note; nothing when it is none, torn, or behind the end of its disk. */
export function decodeNote(sector: Buffer): Note | undefined {
  if (sector.length < noteLength) return undefined;
  if (sector.readUInt32LE(checksumPlace) !== crc32(sector.subarray(0, checksumPlace))) return undefined;
  const text = sector.toString('latin1', 0, checksumPlace).replace(/\0+$/, '');
  const match =
    /^Interlock installer\nstate (unfinished|installed)\nrelease ([0-9a-f]{64})\norder ([A-Za-z0-9._-]{1,64})\n$/.exec(
      text,
    );
  if (!match) return undefined;
  return { kind: match[1] as Note['kind'], rootHash: match[2]!, order: match[3]! };
}

/** Whether a sector is the beginning of a note and nothing else: its write was cut on an empty disk. */
export function isTornNote(sector: Buffer): boolean {
  const text = sector.toString('latin1').replace(/\0+$/, '');
  const beginning = text.slice(0, magic.length);
  return beginning !== '' && magic.startsWith(beginning) && !text.includes('\0');
}

/** Whether a sector is the front of one and the back of another: a write over `before` that was cut. */
export function isTornBetween(sector: Buffer, before: Buffer, after: Buffer): boolean {
  const same = (one: Buffer, from: number, to: number) => sector.compare(one, from, to, from, to) === 0;
  for (let cut = 0; cut <= noteLength; cut++) {
    if (same(after, 0, cut) && same(before, cut, noteLength)) return true;
  }
  return false;
}
