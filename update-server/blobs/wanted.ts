import type { BlobState } from '../../protocol/publish.ts';
import type { Ports } from '../ports.ts';
import type { BlobInfo } from '../store/store.ts';
import type { Blobs } from './files.ts';

/** Announces blobs and tells which are not here yet, and how much of each is. */
export async function wantedBlobs(
  { store, blobs, now }: Pick<Ports, 'store' | 'blobs' | 'now'>,
  announced: BlobInfo[],
): Promise<BlobState[]> {
  const wanted: BlobState[] = [];
  for (const { sha256, size } of announced) {
    const received = await receivedOf(blobs, { sha256, size });
    if (received !== 'whole') wanted.push({ sha256, size, received });
  }
  if (wanted.length > 0) await store.announce(wanted, now().toISOString());
  return wanted;
}

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
