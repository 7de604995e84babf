import type { Source, SourceFile } from '../../../agent/installer/source.ts';
import { layOutDisk, partitionRange } from '../../../builder/disk/disk-layout.ts';
import { encodeGpt } from '../../../protocol/formats/disk/gpt.ts';
import type { Medium } from '../../../protocol/installer/medium.ts';
import { memorySource, sha256 } from './model-disk.ts';

const mebibyte = 1024 * 1024;

/** Root hash of the small medium. */
export const rootHash = sha256(Buffer.from('root'));

/** A medium whose disk has partitions of 1 MiB, and the bytes that this disk must have wherever they matter. */
export function smallMedium(seed = 'seed'): { source: Source; expected: Buffer } {
  const sizes = { esp: mebibyte, root: mebibyte, verity: mebibyte, state: mebibyte, bios: mebibyte };
  const table = layOutDisk(sizes, 'x86-64', seed);
  const size = table.sectors * table.sectorSize;
  const at = (name: Parameters<typeof partitionRange>[1]) => partitionRange(table, name).offset;
  const { head, tail } = encodeGpt(table);
  const superblock = Buffer.alloc(4096);
  superblock.write('verity\0\0', 'latin1');
  superblock.write(rootHash.slice(0, 32), 16, 'hex');
  const files: Record<SourceFile, Buffer> = {
    root: Buffer.alloc(20_480, 'r'),
    verity: superblock,
    parts: Buffer.alloc(8192, 'p'),
    table: Buffer.concat([head, tail]),
  };
  const file = (name: SourceFile) => ({ size: files[name].length, sha256: sha256(files[name]) });
  const medium: Medium = {
    format: 1,
    release: { name: 'tiny', version: '1', arch: 'x86-64', rootHash },
    disk: { size, sectorSize: 512 },
    root: { ...file('root'), at: at('root-a') },
    verity: { ...file('verity'), at: at('verity-a') },
    parts: {
      ...file('parts'),
      places: [
        [at('esp') + 4096, 4096],
        [at('state'), 4096],
      ],
    },
    zeros: [
      [at('esp'), 4096],
      [at('verity-b'), 4096],
    ],
    table: { ...file('table'), head: head.length },
  };
  const expected = Buffer.alloc(size);
  head.copy(expected);
  tail.copy(expected, size - tail.length);
  files.root.copy(expected, medium.root.at);
  files.verity.copy(expected, medium.verity.at);
  for (const [place] of medium.parts.places) files.parts.copy(expected, place, 0, 4096);
  return { source: memorySource(medium, files), expected };
}
