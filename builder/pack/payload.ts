import { stat } from 'node:fs/promises';
import type { PayloadFormat } from '../../protocol/payload.ts';
import type { PayloadRef } from '../../protocol/release.ts';
import { ahead } from './ahead.ts';
import { hashRegions } from './hash-regions.ts';
import { listRegions } from './list-regions.ts';
import { type FrameSource, makeData } from './make-data.ts';
import { type PartFiles, withParts } from './part-files.ts';
import { planFull } from './plan-full.ts';
import { withContexts, withoutContexts } from './with-contexts.ts';
import { writePayload } from './write-payload.ts';

export type { FrameSource } from './make-data.ts';

/** Operations packed at once: the size of libuv's thread pool. */
const together = 4;
/** From this level on bytes matter more than time. */
const releaseLevel = 16;

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
  { level = 3, format, frames, onProgress }: PayloadOptions = {},
): Promise<PayloadRef> {
  const sizes = { root: (await stat(files.root)).size, boot: (await stat(files.boot)).size };
  const total = sizes.root + sizes.boot;
  const isRelease = level >= releaseLevel;
  const extents = planFull(await hashRegions(files, await listRegions(files)), isRelease ? 'small' : 'fast');
  let done = 0;
  const written = await withParts(files, (parts) => {
    const inContext = isRelease
      ? withContexts(extents, parts, ({ copy }) => !copy)
      : withoutContexts(extents);
    const made = ahead(inContext, together, (extent) => makeData(extent, parts, level, frames));
    return writePayload(out, { sizes, rootHash, sourceRootHash: null, format }, made, (bytes) => {
      done += bytes;
      onProgress?.(done, total);
    });
  });
  return { ...written, from: null };
}
