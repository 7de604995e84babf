import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import { hourMs } from '../../protocol/time/durations.ts';
import type { Blobs } from '../blobs/files.ts';
import type { Ballast } from '../disk/ballast.ts';
import type { FreeSpace } from '../disk/free-space.ts';
import { sweepUploads } from './sweep-uploads.ts';

const lookMs = 30_000;
const sweepMs = hourMs;

interface Kept {
  dataDir: string;
  ballast: Ballast;
  space: FreeSpace;
  blobs: Pick<Blobs, 'drop'>;
}

/** Makes the reserve again once there is space, and drops uploads that are not continued. Returns how to stop. */
export function keepDisk(kept: Kept, log: (problem: string) => void): () => void {
  let swept = Date.now();
  const look = async () => {
    await dropIdle(kept);
    kept.ballast.keep();
    if (Date.now() - swept < sweepMs) return;
    swept = Date.now();
    await sweepUploads(kept.dataDir, new Date(), kept.space.end);
  };
  const timer = setInterval(() => void look().catch((error) => log(asInterlockError(error).message)), lookMs);
  return () => clearInterval(timer);
}

/** The database’s space is worth more than an upload that is not continued. */
async function dropIdle({ space, blobs }: Kept): Promise<void> {
  for (let idle = space.idle(); space.isLow() && idle !== undefined; idle = space.idle()) {
    space.end(idle);
    await blobs.drop(idle);
  }
}
