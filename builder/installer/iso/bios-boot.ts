import { cdLoaderFile } from '../../../protocol/boot/host-layout.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { placeLoader } from '../../../protocol/formats/disk/bios-loader.ts';
import { isoBlock } from './volume.ts';

/** GRUB as an image's root has it: boot sector and core image for a disk, and what stands before the core image on a CD. */
export interface BiosLoaders {
  disk: Buffer;
  cd: Buffer;
}

/** What a BIOS starts: from a stick the first sector's code, from a CD the image that its catalog names. Both run the same core image. */
export interface BiosBoot {
  code: Buffer;
  image: Buffer;
}

const sectorSize = 512;
/** The boot information table (mkisofs(8), -boot-info-table): block of the volume's descriptor and of the image, its length and sum. */
const tableAt = 8;
const tableLength = 56;

/** Bytes that the image takes on a volume: whole blocks, by which others know its length. */
export function biosImageSize({ disk, cd }: BiosLoaders): number {
  return Math.ceil((cd.length + disk.length - sectorSize) / isoBlock) * isoBlock;
}

/** Fits the loaders to a volume on which the image begins at a block. Throws `release_invalid` when they are none. */
export function placeOnIso(loaders: BiosLoaders, at: { block: number; primary: number }): BiosBoot {
  const { disk, cd } = loaders;
  const placed = placeLoader(disk, ((at.block + 1) * isoBlock) / sectorSize);
  if (!placed || cd.length !== isoBlock) {
    throw new InterlockError('release_invalid', { file: cdLoaderFile, problem: 'is no loader for a CD' });
  }
  const image = Buffer.concat([cd, placed.core], biosImageSize(loaders));
  let sum = 0;
  for (let word = tableAt + tableLength; word < image.length; word += 4) {
    sum = (sum + image.readUInt32LE(word)) >>> 0;
  }
  [at.primary, at.block, image.length, sum].forEach((value, index) => {
    image.writeUInt32LE(value, tableAt + 4 * index);
  });
  return { code: placed.code, image };
}
