import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { biosLoaderFile } from '../../protocol/boot/host-layout.ts';
import { biosPartition, type PartitionName } from '../../protocol/boot/partitions.ts';
import { parseRelease, type Release, releaseId } from '../../protocol/documents/release.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { placeLoader } from '../../protocol/formats/disk/bios-loader.ts';
import { encodeGpt, type GptTable } from '../../protocol/formats/disk/gpt.ts';
import { syncFolder, withFile } from '../../system/files/durable.ts';
import { readGrubConfig } from '../grub/bios-loader.ts';
import { writeFully } from '../root/erofs/block-writer.ts';
import { defaultSizes, layOutDisk, type PartitionSizes, partitionRange } from './disk-layout.ts';
import { espFiles } from './esp-files.ts';
import { checkEspSpace, withExtracted } from './esp-space.ts';
import { encodeFat32 } from './fat32/encode-fat32.ts';
import { packState } from './pack-state.ts';
import { readBiosLoader } from './read-bios-loader.ts';

const readLength = 1024 * 1024;
/** On less mke2fs leaves the journal out, and growing does not bring it back. */
const smallestState = 8 * 2 ** 20;

/** Options of a first-install disk. */
export interface DiskOptions {
  /** Bytes; what is not given has the usual size. */
  sizes?: Partial<PartitionSizes>;
  /** Another seed gives other partition GUIDs; usually the release itself is the seed. */
  seed?: string;
  /** The disk ends at a whole number of so many bytes: what is left over lies behind the state, which grows into it. */
  multiple?: number;
  /** systemd-boot's image; without it the firmware finds nothing to start. */
  loader?: Uint8Array;
  /** See `EspInput.enrollment`. */
  enrollment?: ReadonlyMap<string, Uint8Array>;
  /** More files for the ESP, by path: the host's configuration. */
  files?: ReadonlyMap<string, Uint8Array>;
  onProgress?: (done: number, total: number) => void;
}

/**
 * Writes a sparse first-install disk from a release's folder: slot a holds the release, slot b nothing, the state an
 * empty file system; where the release has GRUB, a BIOS starts it too. The same release and options give the same bytes.
 * Throws `release_invalid` when a file is not what `release.json` says, `image_too_big` when a part does not fit, `esp_too_small` when the next boot file would not, `state_too_small`; `out` is replaced only by a whole disk.
 */
export async function packDisk(
  releaseDir: string,
  out: string,
  options: DiskOptions = {},
): Promise<{ size: number; table: GptTable }> {
  const release = parseRelease(await readFile(join(releaseDir, 'release.json')));
  const sizes = { ...defaultSizes, ...options.sizes };
  checkRoom('root', release.root.size, sizes.root);
  checkRoom('verity', release.root.verity.size, sizes.verity);
  if (sizes.state < smallestState) {
    throw new InterlockError('state_too_small', { size: sizes.state, needed: smallestState / 2 ** 20 });
  }
  const seed = options.seed ?? `${releaseId(release)} ${release.root.verity.rootHash}`;
  const table = endAt(layOutDisk(sizes, release.arch, seed), options.multiple);
  const size = table.sectors * table.sectorSize;
  const biosLoader = await readBiosLoader(releaseDir);
  const unfinished = `${out}.part`;
  try {
    await withFile(unfinished, 'w', async (disk) => {
      await disk.truncate(size);
      await writeTable(disk, table, biosLoader);
      await writeEsp(disk, table, release, releaseDir, { ...options, hasGrub: biosLoader !== undefined });
      await writeSlot(disk, table, release, releaseDir, options);
      await writeState(unfinished, table, release);
      await disk.sync();
    });
    await rename(unfinished, out);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(dirname(out));
  return { size, table };
}

function endAt(table: GptTable, multiple = table.sectorSize): GptTable {
  const sectors = multiple / table.sectorSize;
  return { ...table, sectors: Math.ceil(table.sectors / sectors) * sectors };
}

/** The boot sector's code shares its sector with the table's protective record. */
async function writeTable(disk: FileHandle, table: GptTable, biosLoader: Buffer | undefined): Promise<void> {
  const { head, tail } = encodeGpt(table);
  if (biosLoader) {
    const { offset } = partitionRange(table, biosPartition);
    const placed = placeLoader(biosLoader, offset / table.sectorSize);
    if (!placed)
      throw new InterlockError('release_invalid', { file: biosLoaderFile, problem: 'is no loader' });
    placed.code.copy(head);
    await writeFully(disk, placed.core, offset);
  }
  await writeFully(disk, head, 0);
  await writeFully(disk, tail, table.sectors * table.sectorSize - tail.length);
}

async function writeEsp(
  disk: FileHandle,
  table: GptTable,
  release: Release,
  releaseDir: string,
  { loader, enrollment, files, hasGrub }: DiskOptions & { hasGrub: boolean },
): Promise<void> {
  const boot = await readFile(join(releaseDir, 'boot.efi'));
  checkDigest('boot.efi', createHash('sha256').update(boot).digest('hex'), release.boot.sha256);
  const { rootHash } = release.root.verity;
  const own = espFiles({
    release,
    rootHash,
    boot,
    ...(loader && { loader }),
    ...(hasGrub && { grubConfig: await readGrubConfig() }),
    ...(enrollment && { enrollment }),
  });
  const { offset, size } = partitionRange(table, 'esp');
  const all = new Map([...(files ?? []), ...own]);
  checkEspSpace(all, hasGrub ? withExtracted * boot.length : boot.length, size);
  const pieces = encodeFat32({
    size,
    label: 'ESP',
    volumeId: Number.parseInt(rootHash.slice(0, 8), 16),
    time: Date.parse(release.created) / 1000,
    hiddenSectors: offset / table.sectorSize,
    files: all,
  });
  for (const piece of pieces) await writeFully(disk, piece.bytes, offset + piece.offset);
}

async function writeState(disk: string, table: GptTable, { created }: Release): Promise<void> {
  const { guid } = table.partitions.find(({ name }) => name === 'state')!;
  const time = Date.parse(created) / 1000;
  await packState(disk, { ...partitionRange(table, 'state'), uuid: guid, time });
}

async function writeSlot(
  disk: FileHandle,
  table: GptTable,
  { root }: Release,
  releaseDir: string,
  { onProgress }: DiskOptions,
): Promise<void> {
  const total = root.size + root.verity.size;
  let done = 0;
  const copy = async (file: string, name: PartitionName, sha256: string) => {
    const digest = createHash('sha256');
    let position = partitionRange(table, name).offset;
    for await (const chunk of createReadStream(join(releaseDir, file), { highWaterMark: readLength })) {
      digest.update(chunk as Buffer);
      await writeFully(disk, chunk as Buffer, position);
      position += (chunk as Buffer).length;
      done += (chunk as Buffer).length;
      onProgress?.(done, total);
    }
    checkDigest(file, digest.digest('hex'), sha256);
  };
  await copy('root.erofs', 'root-a', root.sha256);
  await copy('root.verity', 'verity-a', root.verity.sha256);
}

function checkRoom(part: string, size: number, room: number): void {
  if (size > room) throw new InterlockError('image_too_big', { part, size, room });
}

function checkDigest(file: string, found: string, expected: string): void {
  if (found === expected) return;
  const problem = `hashes to ${found}, release.json says ${expected}`;
  throw new InterlockError('release_invalid', { file: basename(file), problem });
}
