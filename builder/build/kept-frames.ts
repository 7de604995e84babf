import { hash, randomUUID } from 'node:crypto';
import { readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameSource } from '../pack/payload.ts';
import { cacheFolder, pruneFolder } from './cache.ts';

/** Pieces are files or parts of them: some five images like images/core, about 1 GB. */
const kept = 30_000;
const digestLength = 32;

/**
 * Keeps compressed pieces in the cache, so that a build compresses only what no earlier one had. The zstd version
 * belongs to a frame's name, for another one makes other bytes. A frame that the cache damaged is made again.
 */
export async function keptFrames(): Promise<FrameSource> {
  const folder = await cacheFolder('frames');
  await pruneFolder(folder, kept);
  return async (sha256, level, make) => {
    const file = join(folder, `${sha256}.${level}.${process.versions.zstd}`);
    const found = await readFile(file).catch(() => undefined);
    const frame = found?.subarray(digestLength);
    if (found && frame && hash('sha256', frame, 'buffer').equals(found.subarray(0, digestLength))) {
      const now = new Date();
      await utimes(file, now, now);
      return frame;
    }
    const made = await make();
    // one image may have the same piece twice, made side by side
    const unfinished = `${file}.${randomUUID()}.tmp`;
    await writeFile(unfinished, Buffer.concat([hash('sha256', made, 'buffer'), made]));
    await rename(unfinished, file);
    return made;
  };
}
