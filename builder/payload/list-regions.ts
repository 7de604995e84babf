import { type FileHandle, readFile } from 'node:fs/promises';
import type { PayloadPart } from '../../protocol/formats/payload/payload.ts';
import { withFile } from '../../system/files/durable.ts';
import { listErofs } from '../root/erofs/list-erofs.ts';
import { listBoot } from './list-boot.ts';
import type { PartFiles } from './part-files.ts';

/** A file, or what lies between files, at its place in a release's root or boot file. */
export interface Region {
  part: PayloadPart;
  /** Path without a leading `/`; what is not a file has a name that begins with `#`. */
  path: string;
  offset: number;
  /** Zeros up to the end of the block included. */
  length: number;
}

/** Lists what root and boot file consist of; the regions of a part cover it in order, without gaps. */
export async function listRegions(files: PartFiles): Promise<Region[]> {
  const root = await withFile(files.root, 'r', async (file) => listRoot(file, (await file.stat()).size));
  const boot = listBoot(await readFile(files.boot));
  return [
    ...root.map((region) => ({ part: 'root' as const, ...region })),
    ...boot.map((region) => ({ part: 'boot' as const, ...region })),
  ];
}

/** A root of another maker is one region: its payload is as good, only its deltas are larger. */
async function listRoot(file: FileHandle, size: number): Promise<Omit<Region, 'part'>[]> {
  // not an image of ours
  const regions = await listErofs(file).catch(() => []);
  let end = 0;
  for (const { offset, length } of regions) {
    if (offset !== end) return [{ path: '#root', offset: 0, length: size }];
    end += length;
  }
  return end === size ? regions : [{ path: '#root', offset: 0, length: size }];
}
