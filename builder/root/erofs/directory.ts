import { blockSize } from './superblock.ts';
import type { InodeKind } from './tree.ts';

const direntLength = 12;

const fileTypes: Record<InodeKind, number> = {
  file: 1,
  directory: 2,
  'character-device': 3,
  'block-device': 4,
  fifo: 5,
  symlink: 7,
};

/** A directory's names, `.` and `..` among them, in byte order and cut into blocks. */
export function splitNames(children: Iterable<string>): string[][] {
  const blocks: string[][] = [[]];
  let used = 0;
  for (const name of ['.', '..', ...children].sort()) {
    if (used + direntLength + name.length > blockSize) {
      blocks.push([]);
      used = 0;
    }
    blocks.at(-1)!.push(name);
    used += direntLength + name.length;
  }
  return blocks;
}

/** `i_size` of a directory: every block counts whole but the last. */
export function directorySize(blocks: readonly string[][]): number {
  const last = blocks.at(-1) ?? [];
  return (blocks.length - 1) * blockSize + last.reduce((sum, name) => sum + direntLength + name.length, 0);
}

/** Lays out a directory's blocks (Linux `struct erofs_dirent`, names behind the entries of each block). */
export function encodeDirectory(
  blocks: readonly string[][],
  lookUp: (name: string) => { nid: number; kind: InodeKind },
): Buffer {
  const bytes = Buffer.alloc(directorySize(blocks));
  blocks.forEach((names, index) => {
    const block = bytes.subarray(index * blockSize, (index + 1) * blockSize);
    let nameAt = names.length * direntLength;
    names.forEach((name, entry) => {
      const { nid, kind } = lookUp(name);
      block.writeBigUInt64LE(BigInt(nid), entry * direntLength);
      block.writeUInt16LE(nameAt, entry * direntLength + 8);
      block.writeUInt8(fileTypes[kind], entry * direntLength + 10);
      nameAt += block.write(name, nameAt, 'latin1');
    });
  });
  return bytes;
}
