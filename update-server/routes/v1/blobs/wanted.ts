import { setTimeout as sleep } from 'node:timers/promises';
import type { BlobState } from '../../../../protocol/api/publish.ts';
import type { Blobs } from '../../../blobs/files.ts';
import { makeSpace } from '../../../blobs/make-space.ts';
import type { FreeSpace } from '../../../disk/free-space.ts';
import type { BlobInfo } from '../../../store/interface/repository.ts';
import type { Store } from '../../../store/interface/store.ts';

/** Where uploads are announced, and where they go. */
export interface Uploads {
  store: Store;
  blobs: Blobs;
  space: FreeSpace;
  now(): Date;
}

/** Announces blobs and returns which are not here yet, and how much of each is. Throws `space_missing` when they would not fit. */
export async function wantedBlobs(
  { store, blobs, now, space }: Uploads,
  announced: BlobInfo[],
): Promise<BlobState[]> {
  const wanted: BlobState[] = [];
  const patience = sleep(patienceMs, undefined, { ref: false });
  for (const { sha256 } of announced) {
    const { whole } = await blobs.state(sha256);
    // bytes that rotted are wanted again; a file that cannot be hashed now is found by the next scrub
    if (whole) await Promise.race([blobs.verify(sha256).catch(() => {}), patience]);
  }
  for (const { sha256, size } of announced) {
    const received = await receivedOf(blobs, { sha256, size });
    if (received !== 'whole') wanted.push({ sha256, size, received });
  }
  const lacking = wanted.reduce((sum, { size, received }) => sum + size - received, 0);
  const names = wanted.map(({ sha256 }) => sha256);
  await makeSpace({ blobs, space }, () => space.require(lacking, names));
  if (wanted.length > 0) await store.announce(wanted, now().toISOString());
  return wanted;
}

/** How long a publisher waits for hashes; longer hashing continues, and the next request sees its result. */
const patienceMs = 30_000;

/** Ends what a crash left between the last byte and the rename; an upload longer than announced begins anew. */
async function receivedOf(blobs: Blobs, blob: BlobInfo): Promise<number | 'whole'> {
  const { received, whole } = await blobs.state(blob.sha256);
  if (whole) return 'whole';
  if (received < blob.size) return received;
  try {
    if (received === blob.size && received > 0) {
      await blobs.finish(blob);
      return 'whole';
    }
  } catch {
    // Other bytes than announced: `finish` has dropped them.
  }
  await blobs.drop(blob.sha256);
  return 0;
}
