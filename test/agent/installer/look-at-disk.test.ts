import { expect, test } from 'vitest';
import { lookAtDisk } from '../../../agent/installer/look-at-disk.ts';
import { encodeNote } from '../../../agent/installer/note.ts';

const mebibyte = 1024 * 1024;
const size = 4 * mebibyte;
const firstSector = Buffer.alloc(512);

function look(change: (disk: Buffer) => void, length = size) {
  const disk = Buffer.alloc(length);
  change(disk);
  return lookAtDisk(length, async (at, length) => disk.subarray(at, at + length), firstSector);
}

test('any byte in the first or last MiB makes a disk used, and what is known there is named', async () => {
  expect(await look(() => {})).toEqual({ is: 'empty' });
  const seen: [number, string, string][] = [
    [0, 'LUKS\xba\xbe', 'LUKS'],
    [0, 'XFSB', 'XFS'],
    [512, 'LABELONE', 'LVM'],
    [512, 'EFI PART', 'a partition table (GPT)'],
    [1080, '\x53\xef', 'ext2, ext3 or ext4'],
    [65_600, '_BHRfS_M', 'btrfs'],
    [4086, 'SWAPSPACE2', 'swap'],
    [32_769, 'CD001', 'an ISO 9660 image'],
    [510, '\x55\xaa', 'a partition table'],
    [700_000, 'x', 'something in its first MiB'],
    [size - 1, 'x', 'something in its last MiB, such as the end of a RAID'],
  ];
  for (const [at, text, what] of seen) {
    expect(await look((disk) => disk.write(text, at, 'latin1')), what).toEqual({ is: 'used', what });
  }
});

test.each([512, 4096, 374 * 1024, 512 * 1024, 512 * 1024 + 512, mebibyte, mebibyte + 512])(
  'a disk of %i bytes is looked at whole, such as one with user-data beside the disk that is meant',
  async (length) => {
    expect(await look(() => {}, length)).toEqual({ is: 'empty' });
    expect(await look((disk) => disk.fill('x'), length)).toMatchObject({ is: 'used' });
    const labelled = await look((disk) => disk.write('CIDATA', 71, 'latin1'), length);
    expect(labelled).toMatchObject({ is: 'used' });
    const start = await look((disk) => disk.write('\x55\xaa', 510, 'latin1'), length);
    expect(start).toEqual({ is: 'used', what: 'a partition table' });
  },
);

test('a note that was cut on an empty disk is one; a note among other bytes is not', async () => {
  const note = encodeNote({ kind: 'unfinished', rootHash: 'ab'.repeat(32), order: '-' });
  for (const end of [1, 10, 19, 60, 512]) {
    const content = await look((disk) => note.copy(disk, 0, 0, end));
    expect(content, String(end)).toEqual({ is: 'unfinished' });
  }
  const beside = await look((disk) => {
    note.copy(disk, 0, 0, 60);
    disk.write('XFSB', 2048);
  });
  expect(beside).toMatchObject({ is: 'used' });
  expect(await look((disk) => disk.write('Interlude', 0))).toMatchObject({ is: 'used' });
});
