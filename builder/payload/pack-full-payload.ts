import { stat } from 'node:fs/promises';
import type { PayloadRef } from '../../protocol/documents/release.ts';
import type { PayloadFormat, PayloadPart } from '../../protocol/formats/payload/payload.ts';
import { ahead } from './ahead.ts';
import { type HashedRegion, hashRegions } from './hash-regions.ts';
import { listRegions } from './list-regions.ts';
import { type FrameSource, makeData } from './make-data.ts';
import { type PartFiles, type PartHandles, withParts } from './part-files.ts';
import { type Extent, planFull } from './plan-full.ts';
import { type InContext, withContexts, withoutContexts } from './with-contexts.ts';
import { writePayload } from './write-payload.ts';

export type { FrameSource } from './make-data.ts';

/** Operations packed at once: the size of libuv's thread pool. */
export const together = 4;
/** From this level on bytes matter more than time. */
export const releaseLevel = 16;
/** Quick, for builds that are tried out. */
export const usualLevel = 3;

/** `level` is zstd's (default 3); `format` the present one unless given; `onProgress` hears of bytes done out of all bytes of the parts. */
export interface PayloadOptions {
  level?: number;
  format?: PayloadFormat | undefined;
  frames?: FrameSource;
  onProgress?: (done: number, total: number) => void;
}

/** Writes the payload that makes root and boot file from nothing; the same parts give the same bytes. */
export async function packFullPayload(
  files: PartFiles,
  rootHash: string,
  out: string,
  { level = usualLevel, format, frames, onProgress }: PayloadOptions = {},
): Promise<PayloadRef> {
  const sizes = { root: (await stat(files.root)).size, boot: (await stat(files.boot)).size };
  const total = sizes.root + sizes.boot;
  const regions = await hashRegions(files, await listRegions(files));
  let done = 0;
  const written = await withParts(files, (parts) => {
    const made = ahead(extentsOf(regions, level, parts), together, (extent) =>
      makeData(extent, parts, level, frames),
    );
    return writePayload(out, { sizes, rootHash, sourceRootHash: null, format }, made, (bytes) => {
      done += bytes;
      onProgress?.(done, total);
    });
  });
  return { ...written, from: null };
}

/** The extents that a full payload of a level is made of, all of them or those of one part. */
export function extentsOf(
  regions: readonly HashedRegion[],
  level: number,
  parts: PartHandles,
  only?: PayloadPart,
): Iterable<InContext<Extent>> | AsyncIterable<InContext<Extent>> {
  const isRelease = level >= releaseLevel;
  const all = planFull(regions, isRelease ? 'small' : 'fast');
  const extents = only === undefined ? all : all.filter(({ part }) => part === only);
  return isRelease ? withContexts(extents, parts, ({ copy }) => !copy) : withoutContexts(extents);
}
