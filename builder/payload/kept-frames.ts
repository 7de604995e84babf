import { hash, randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, pruneFolder, touch, unlessReadOnly } from '../build-host/cache.ts';
import type { FrameSource } from './pack-full-payload.ts';

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
    // not in the cache, or unreadable there: the frame is made again
    const found = await readFile(file).catch(() => undefined);
    const frame = found?.subarray(digestLength);
    if (found && frame && hash('sha256', frame, 'buffer').equals(found.subarray(0, digestLength))) {
      await touch(file);
      return frame;
    }
    const made = await make();
    await keep(file, Buffer.concat([hash('sha256', made, 'buffer'), made])).catch(unlessReadOnly);
    return made;
  };
}

/** One image may have the same piece twice, made side by side. */
async function keep(file: string, content: Uint8Array): Promise<void> {
  const unfinished = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(unfinished, content);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
