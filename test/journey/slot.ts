import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExtractedKind, formatExtractedName } from '../../protocol/boot/entry.ts';
import { grubEnvironmentFile } from '../../protocol/boot/esp.ts';
import { formatCommandLineFile } from '../../protocol/boot/grub-command-line.ts';
import {
  decodeGrubEnvironment,
  encodeGrubEnvironment,
  type GrubEnvironment,
} from '../../protocol/boot/grub-environment.ts';
import { parseRelease, type Release } from '../../protocol/documents/release.ts';
import { type Range, ukiParts } from '../../protocol/formats/efi/uki-parts.ts';
import { openErofs } from '../support/erofs/open-erofs.ts';
import { findPartition, flipBit, writePartition } from '../support/vm/disk-file.ts';
import { readFileOnEsp, writeFileOnEsp } from '../support/vm/esp-file.ts';

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

/** Puts a release into slot b as `installInSlotB` does, and points GRUB at it with three tries. */
export async function installInSlotBForGrub(disk: string, folder: string): Promise<void> {
  await installInSlotB(disk, folder);
  const { root } = await readRelease(folder);
  const image = { slot: 'b', prefix: root.verity.rootHash.slice(0, 16) } as const;
  const boot = await readFile(join(folder, 'boot.efi'));
  const parts = ukiParts(boot, boot.length)!;
  const part = ({ offset, length }: Range) => boot.subarray(offset, offset + length);
  const put = (kind: ExtractedKind, content: string | Uint8Array) =>
    writeFileOnEsp(disk, `EFI/interlock/${formatExtractedName(image, kind)}`, content);
  await put('linux', part(parts.linux));
  await put('initrd', part(parts.initrd));
  await put('cfg', formatCommandLineFile(image, part(parts.cmdline).toString()));
  const { good } = await readGrubEnvironment(disk);
  const trial = { generation: 2, image, left: 3 };
  await writeFileOnEsp(disk, grubEnvironmentFile, encodeGrubEnvironment({ good, trial }));
}

/** What GRUB would boot a disk by that is off or has just booted. */
export async function readGrubEnvironment(disk: string): Promise<GrubEnvironment> {
  const found = decodeGrubEnvironment(await readFileOnEsp(disk, grubEnvironmentFile));
  if (!found) throw new Error(`${grubEnvironmentFile} is torn`);
  return found;
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
