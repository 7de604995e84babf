import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRelease, type Release } from '../../protocol/documents/release.ts';
import { openErofs } from '../support/erofs/open-erofs.ts';
import { findPartition, flipBit, writePartition } from '../support/vm/disk-file.ts';
import { writeFileOnEsp } from '../support/vm/esp-file.ts';

const blockSize = 4096;

/** Reads a built release's manifest. */
export async function readRelease(folder: string): Promise<Release> {
  return parseRelease(await readFile(join(folder, 'release.json')));
}

/** Puts a release into slot b of a disk that is off, with an entry newer than the disk's own and three tries. */
export async function installInSlotB(disk: string, folder: string): Promise<void> {
  const { root } = await readRelease(folder);
  const image = `EFI/interlock/b-${root.verity.rootHash.slice(0, 16)}.efi`;
  await writePartition(disk, 'root-b', join(folder, 'root.erofs'));
  await writePartition(disk, 'verity-b', join(folder, 'root.verity'));
  await writeFileOnEsp(disk, image, await readFile(join(folder, 'boot.efi')));
  const entry = ['title slot b', 'sort-key interlock', 'version 2', `linux /${image}`, ''].join('\n');
  await writeFileOnEsp(disk, 'loader/entries/interlock-2+3.conf', entry);
}

/** Turns over one bit of a file in a slot's root; nothing else in the image holds the same block. */
export async function damageFile(disk: string, slot: 'a' | 'b', folder: string, path: string): Promise<void> {
  const image = join(folder, 'root.erofs');
  const erofs = await openErofs(image);
  const content = await erofs.readFile(path).finally(() => erofs.close());
  const at = (await readFile(image)).indexOf(content.subarray(0, blockSize));
  if (at < 0) throw new Error(`${path} has no block of its own in ${image}`);
  await flipBit(disk, (await findPartition(disk, `root-${slot}`)).offset + at + 1);
}
