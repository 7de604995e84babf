import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { layOutDisk } from '../../../builder/disk/disk-layout.ts';
import { encodeGpt } from '../../../protocol/formats/disk/gpt.ts';

const mebibyte = 1024 * 1024;

/** Makes a disk with a partition table, and random bytes at places; the rest are holes. */
export async function makeScattered(
  path: string,
  size: number,
  places: readonly { at: number; length: number }[],
): Promise<void> {
  const sizes = { esp: mebibyte, root: mebibyte, verity: mebibyte, state: mebibyte };
  const { head, tail } = encodeGpt({ ...layOutDisk(sizes, 'x86-64', 'x'), sectors: size / 512 });
  const file = await open(path, 'w');
  await file.truncate(size);
  for (const { at, length } of places) await file.write(randomBytes(length), 0, length, at);
  await file.write(head, 0, head.length, 0);
  await file.write(tail, 0, tail.length, size - tail.length);
  await file.close();
}
