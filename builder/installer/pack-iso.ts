import { createReadStream } from 'node:fs';
import { type FileHandle, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { loaderPrograms } from '../../protocol/boot/esp.ts';
import type { Release } from '../../protocol/documents/release.ts';
import { mediumFiles, mediumFolder, volumeName } from '../../protocol/installer/medium.ts';
import { syncFolder, withFile } from '../../system/files/durable.ts';
import { encodeFat32, type Piece } from '../disk/fat32/encode-fat32.ts';
import { guidFrom } from '../disk/ids/guid-from.ts';
import { writeFully } from '../root/erofs/block-writer.ts';
import type { CutMedium } from './cut-medium.ts';
import { type IsoLayout, layOutIso } from './iso/lay-out-iso.ts';

const mebibyte = 1024 * 1024;
/** FAT32 needs about 33 MiB; what is above that is the boot file's. */
const smallestEsp = 36 * mebibyte;

/** Writes a volume that boots as a CD and as a USB stick. The same release and options give the same bytes; `out` appears whole or not at all. */
export async function packIso(
  release: Release,
  { manifest, files }: CutMedium,
  boot: Uint8Array,
  out: string,
): Promise<number> {
  const { rootHash } = release.root.verity;
  const sources = new Map(
    Object.entries(files).map(([name, path]) => [mediumFiles[name as keyof typeof files], path]),
  );
  const sizes = new Map([[mediumFiles.manifest, manifest.length] as [string, number]]);
  for (const [name, path] of sources) sizes.set(name, (await stat(path)).size);
  const seed = `installer ${rootHash}`;
  const iso = layOutIso({
    volume: volumeName(rootHash),
    time: new Date(release.created),
    guids: { disk: guidFrom(`${seed} disk`), esp: guidFrom(`${seed} esp`) },
    folder: mediumFolder,
    files: sizes,
    espSize: Math.max(smallestEsp, Math.ceil(boot.length / mebibyte + 4) * mebibyte),
  });
  const unfinished = `${out}.part`;
  try {
    await withFile(unfinished, 'w', async (file) => {
      await file.truncate(iso.size);
      for (const { offset, bytes } of iso.pieces) await writeFully(file, bytes, offset);
      for (const { offset, bytes } of espPieces(iso, release, boot)) {
        await writeFully(file, bytes, iso.esp.offset + offset);
      }
      await writeFully(file, manifest, iso.files.get(mediumFiles.manifest)!.offset);
      for (const [name, path] of sources) await copyInto(file, path, iso.files.get(name)!.offset);
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

/** The boot file itself is what the firmware starts: there is nothing to choose. */
function espPieces({ esp }: IsoLayout, release: Release, boot: Uint8Array): Piece[] {
  return encodeFat32({
    size: esp.size,
    label: 'INSTALLER',
    volumeId: Number.parseInt(release.root.verity.rootHash.slice(8, 16), 16),
    time: Date.parse(release.created) / 1000,
    hiddenSectors: esp.offset / 512,
    files: new Map([[loaderPrograms[release.arch][0], boot]]),
  });
}

async function copyInto(file: FileHandle, path: string, offset: number): Promise<void> {
  let position = offset;
  for await (const chunk of createReadStream(path, { highWaterMark: mebibyte })) {
    await writeFully(file, chunk as Buffer, position);
    position += (chunk as Buffer).length;
  }
}
