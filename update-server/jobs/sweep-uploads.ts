import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { dayMs } from '../../protocol/time/durations.ts';
import { ifAbsent } from '../../system/files/read-error.ts';

/** A publisher who has not come back for this long begins anew. */
const keptMs = 14 * dayMs;

/** Removes partial uploads that were not continued, and calls `swept` for each. Returns how many. */
export async function sweepUploads(
  dataDir: string,
  now: Date,
  swept?: (sha256: string) => void,
): Promise<number> {
  const folder = join(dataDir, 'uploads');
  // there is no such folder until something is uploaded
  const names = await readdir(folder).catch(ifAbsent(folder, []));
  let count = 0;
  for (const name of names.filter((file) => file.endsWith('.part'))) {
    const path = join(folder, name);
    // its upload may have ended meanwhile
    const found = await stat(path).catch(ifAbsent(path, undefined));
    if (!found || now.getTime() - found.mtimeMs < keptMs) continue;
    await rm(path, { force: true });
    swept?.(name.replace(/\.part$/, ''));
    count++;
  }
  return count;
}
