import { hourMs } from '../../protocol/time/durations.ts';
import type { BlobInfo } from '../store/interface/repository.ts';
import type { Blobs } from './files.ts';

/** After so many reads a blob is checked, but not more often than this. */
const manyReads = 32;
const manyMs = hourMs;

/** Decides for each read of a blob whether its file should be hashed: many read it, or it is not the file that was checked. */
export function suspectReads(
  blobs: Pick<Blobs, 'isChanged'>,
  now: () => Date,
): (blob: BlobInfo, found: number) => Promise<boolean> {
  const reads = new Map<string, { count: number; checkedMs: number }>();
  return async ({ sha256, size }, found) => {
    const entry = reads.get(sha256) ?? { count: 0, checkedMs: 0 };
    reads.set(sha256, entry);
    entry.count++;
    const isMuchRead = entry.count >= manyReads && now().getTime() - entry.checkedMs > manyMs;
    if (!isMuchRead && found === size && !(await blobs.isChanged(sha256))) return false;
    reads.set(sha256, { count: 0, checkedMs: now().getTime() });
    return true;
  };
}
