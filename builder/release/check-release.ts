import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseRelease, type Release } from '../../protocol/documents/release.ts';
import { type ReleaseFile, releaseFiles } from '../../protocol/documents/release-files.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { readGiven } from '../../system/files/read-given.ts';
import { showProgress } from '../../system/terminal/progress.ts';

/** A release read from its folder; `text` is `release.json` byte for byte, which is what gets signed. */
export interface LoadedRelease {
  dir: string;
  release: Release;
  text: string;
}

/** Reads `release.json` alone. Throws `not_found` or `release_invalid`. */
export async function loadRelease(dir: string): Promise<LoadedRelease> {
  const file = join(dir, 'release.json');
  const text = (await readGiven(file)).toString('utf8');
  return { dir, release: parseRelease(text), text };
}

/** Compares every file of a release with size and hash in `release.json`, so that nothing broken is ever signed. */
export async function checkRelease(dir: string): Promise<LoadedRelease> {
  const loaded = await loadRelease(dir);
  const files = releaseFiles(loaded.release);
  const progress = showProgress(
    'check',
    files.reduce((sum, { size }) => sum + size, 0),
  );
  let done = 0;
  for (const file of files) {
    await checkFile(dir, file, (bytes) => {
      done += bytes;
      progress.at(done);
    });
  }
  progress.end();
  return loaded;
}

async function checkFile(dir: string, file: ReleaseFile, onBytes: (bytes: number) => void): Promise<void> {
  const hash = createHash('sha256');
  let size = 0;
  const refuse = (problem: string, cause?: unknown) =>
    new InterlockError('release_invalid', { file: join(dir, file.name), problem }, { cause });
  try {
    await pipeline(createReadStream(join(dir, file.name), { highWaterMark: 1 << 20 }), async (chunks) => {
      for await (const chunk of chunks as AsyncIterable<Buffer>) {
        hash.update(chunk);
        size += chunk.length;
        onBytes(chunk.length);
      }
    });
  } catch (cause) {
    throw refuse('cannot be read', cause);
  }
  if (size !== file.size) throw refuse(`is ${size} bytes long, release.json says ${file.size}`);
  const found = hash.digest('hex');
  if (found !== file.sha256) throw refuse(`hashes to ${found}, release.json says ${file.sha256}`);
}
