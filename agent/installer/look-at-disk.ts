import { decodeGpt, type GptPartition, type GptTable, gptLengths } from '../../protocol/formats/disk/gpt.ts';
import { frontLength, recordPlace } from '../../protocol/installer/medium.ts';
import { decodeNote, encodeNote, isTornBetween, isTornNote, type Note, noteLength } from './note.ts';

/** What is on a disk, as far as the installer has to know. */
export type Content =
  | { is: 'empty' }
  /** The installer began here and did not end; nothing of value is lost. */
  | { is: 'unfinished' }
  /** `holds`: hex, the beginnings of the root hashes in its slots; `esp`: what firmware starts it from. */
  | { is: 'interlock'; holds: string[]; esp?: GptPartition; record?: Note }
  | { is: 'used'; what: string };

/** What is read of a disk, and where from: its first and last MiB, and the verity superblocks of our slots. */
export type ReadDisk = (at: number, length: number) => Promise<Buffer>;

const zeros = Buffer.alloc(frontLength);
const superblockMagic = Buffer.from('verity\0\0', 'latin1');

/**
 * Looks at a disk of `size` bytes. It is empty only when its first and last MiB are zero: that covers the table of any kind,
 * file systems, LVM and RAID, and what nobody knows. `firstSector` is what an install ends with, to know one that was cut there.
 */
export async function lookAtDisk(size: number, read: ReadDisk, firstSector: Buffer): Promise<Content> {
  const front = await read(0, Math.min(frontLength, size));
  const back = await read(Math.max(0, size - frontLength), Math.min(frontLength, size));
  const sector = front.subarray(0, noteLength);
  if (decodeNote(sector)?.kind === 'unfinished') return { is: 'unfinished' };
  const isBlank = isZero(front.subarray(noteLength)) && isZero(back);
  if (isBlank && isZero(sector)) return { is: 'empty' };
  if (isBlank && isTornNote(sector)) return { is: 'unfinished' };
  const record = decodeNote(front.subarray(recordPlace, recordPlace + noteLength));
  if (record?.kind === 'installed') {
    const mark = encodeNote({ ...record, kind: 'unfinished' });
    if (!sector.equals(firstSector) && isTornBetween(sector, mark, firstSector)) return { is: 'unfinished' };
  }
  const table = readTable(front);
  const slots = table?.partitions.filter(({ name }) => /^verity-[ab]$/.test(name)) ?? [];
  if (!table || slots.length === 0) return { is: 'used', what: nameOf(front, back, table) };
  const holds: string[] = [];
  for (const { firstLba } of slots) {
    const superblock = await read(firstLba * table.sectorSize, 4096);
    if (superblock.subarray(0, 8).equals(superblockMagic)) holds.push(superblock.toString('hex', 16, 32));
  }
  const esp = table.partitions.find(({ name }) => name === 'esp');
  return { is: 'interlock', holds, ...(esp && { esp }), ...(record && { record }) };
}

/** A table counts with its protective first sector alone: that one is written last, and firmware and kernel want it too. */
function readTable(front: Buffer): GptTable | undefined {
  if (front.readUInt16LE(510) !== 0xaa55 || front[450] !== 0xee) return undefined;
  try {
    return decodeGpt(front.subarray(0, gptLengths(512).head), Buffer.alloc(gptLengths(512).tail));
  } catch {
    // a damaged table makes a used disk, and that is all there is to know
    return undefined;
  }
}

function nameOf(front: Buffer, back: Buffer, table: GptTable | undefined): string {
  if (table) return `a partition table with ${table.partitions.length} partitions`;
  const found = signatures.find(({ at, magic }) => front.subarray(at, at + magic.length).equals(magic));
  if (found) return found.name;
  if (isZero(front)) return 'something in its last MiB, such as the end of a RAID';
  if (front.readUInt16LE(510) === 0xaa55) return 'a partition table';
  return isZero(back) ? 'something in its first MiB' : 'something in its first and last MiB';
}

const signatures = [
  { name: 'a partition table (GPT)', at: 512, magic: 'EFI PART' },
  { name: 'a partition table (GPT, 4096-byte sectors)', at: 4096, magic: 'EFI PART' },
  { name: 'LVM', at: 512, magic: 'LABELONE' },
  { name: 'LVM', at: 536, magic: 'LVM2 001' },
  { name: 'LUKS', at: 0, magic: 'LUKS\xba\xbe' },
  { name: 'XFS', at: 0, magic: 'XFSB' },
  { name: 'swap', at: 4086, magic: 'SWAPSPACE2' },
  { name: 'btrfs', at: 65_600, magic: '_BHRfS_M' },
  { name: 'ext2, ext3 or ext4', at: 1080, magic: '\x53\xef' },
  { name: 'an ISO 9660 image', at: 32_769, magic: 'CD001' },
  { name: 'RAID', at: 4096, magic: '\xfc\x4e\x2b\xa9' },
].map(({ magic, ...rest }) => ({ ...rest, magic: Buffer.from(magic, 'latin1') }));

function isZero(bytes: Buffer): boolean {
  return bytes.equals(zeros.subarray(0, bytes.length));
}
