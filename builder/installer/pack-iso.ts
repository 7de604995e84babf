import { createReadStream } from 'node:fs';
import { type FileHandle, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { loaderPrograms } from '../../protocol/boot/esp.ts';
import { formatMediumConfig } from '../../protocol/boot/grub-command-line.ts';
import type { Release } from '../../protocol/documents/release.ts';
import { biosFiles, mediumFiles, mediumFolder, volumeName } from '../../protocol/installer/medium.ts';
import { syncFolder, withFile } from '../../system/files/durable.ts';
import { encodeFat32, type Piece } from '../disk/fat32/encode-fat32.ts';
import { guidFrom } from '../disk/ids/guid-from.ts';
import { writeFully } from '../root/erofs/block-writer.ts';
import type { CutMedium } from './cut-medium.ts';
import { type BiosLoaders, biosImageSize, placeOnIso } from './iso/bios-boot.ts';
import { type IsoLayout, layOutIso } from './iso/lay-out-iso.ts';
import { isoBlock } from './iso/volume.ts';

const mebibyte = 1024 * 1024;
/** FAT32 needs about 33 MiB; what is above that is the boot file's. */
const smallestEsp = 36 * mebibyte;

/** What an ISO is made of. */
export interface IsoInput {
  release: Release;
  medium: CutMedium;
  /** The EFI program that boots live. */
  boot: Uint8Array;
  /** Where the release has GRUB: for machines with a BIOS. */
  bios?: { loaders: BiosLoaders; kernel: Buffer; initrd: Buffer; cmdline: string };
}

/** Writes a volume that boots as a CD and as a USB stick. The same input gives the same bytes; `out` appears whole or not at all. */
export async function packIso(input: IsoInput, out: string): Promise<number> {
  const { release, boot, bios } = input;
  const { rootHash } = release.root.verity;
  const contents = contentsOf(input);
  const sizes = new Map<string, number>();
  for (const [name, content] of contents) {
    sizes.set(name, typeof content === 'string' ? (await stat(content)).size : content.length);
  }
  const seed = `installer ${rootHash}`;
  const iso = layOutIso({
    volume: volumeName(rootHash),
    time: new Date(release.created),
    guids: { disk: guidFrom(`${seed} disk`), esp: guidFrom(`${seed} esp`) },
    folder: mediumFolder,
    files: sizes,
    espSize: Math.max(smallestEsp, Math.ceil(boot.length / mebibyte + 4) * mebibyte),
    ...(bios && { bios: biosFiles.image }),
  });
  const pieces = [...iso.pieces, ...espPieces(iso, release, boot)];
  if (bios) pieces.push(...biosPieces(iso, bios.loaders));
  const unfinished = `${out}.part`;
  try {
    await withFile(unfinished, 'w', async (file) => {
      await file.truncate(iso.size);
      for (const [name, content] of contents) {
        const { offset } = iso.files.get(name)!;
        if (typeof content === 'string') await copyInto(file, content, offset);
        else await writeFully(file, content, offset);
      }
      for (const { offset, bytes } of pieces) await writeFully(file, bytes, offset);
      await file.sync();
    });
    await rename(unfinished, out);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(dirname(out));
  return iso.size;
}

/** The volume's files by name: bytes, or the path of a file of this host. */
function contentsOf({ medium, bios }: IsoInput): Map<string, Buffer | string> {
  const contents = new Map<string, Buffer | string>([[mediumFiles.manifest, medium.manifest]]);
  for (const [name, path] of Object.entries(medium.files)) {
    contents.set(mediumFiles[name as keyof typeof medium.files], path);
  }
  if (!bios) return contents;
  const path = (name: string) => `${mediumFolder}/${name}`;
  const config = formatMediumConfig(path(biosFiles.kernel), path(biosFiles.initrd), bios.cmdline);
  contents.set(biosFiles.config, Buffer.from(config));
  // its place is not known yet, which it has to know
  contents.set(biosFiles.image, Buffer.alloc(biosImageSize(bios.loaders)));
  contents.set(biosFiles.kernel, bios.kernel);
  contents.set(biosFiles.initrd, bios.initrd);
  return contents;
}

/** The boot sector's code stands in front of the table of a stick. */
function biosPieces({ files, primary }: IsoLayout, loaders: BiosLoaders): Piece[] {
  const { offset } = files.get(biosFiles.image)!;
  const { code, image } = placeOnIso(loaders, { block: offset / isoBlock, primary });
  return [
    { offset: 0, bytes: code },
    { offset, bytes: image },
  ];
}

/** The boot file itself is what the firmware starts: there is nothing to choose. */
function espPieces({ esp }: IsoLayout, release: Release, boot: Uint8Array): Piece[] {
  return encodeFat32({
    size: esp.size,
    label: 'INSTALLER',
    volumeId: Number.parseInt(release.root.verity.rootHash.slice(8, 16), 16),
    time: Date.parse(release.created) / 1000,
    hiddenSectors: esp.offset / 512,
    files: new Map([[loaderPrograms[release.arch][0], boot]]),
  }).map(({ offset, bytes }) => ({ offset: esp.offset + offset, bytes }));
}

async function copyInto(file: FileHandle, path: string, offset: number): Promise<void> {
  let position = offset;
  for await (const chunk of createReadStream(path, { highWaterMark: mebibyte })) {
    await writeFully(file, chunk as Buffer, position);
    position += (chunk as Buffer).length;
  }
}
