import { createHash } from 'node:crypto';
import type { Release } from '../../protocol/documents/release.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { verityBlock } from '../../protocol/formats/disk/verity.ts';
import { streamVerity } from '../../protocol/formats/disk/verity-levels.ts';
import type { SlotName } from '../ports/host.ts';
import { openExtent } from '../slots/extent.ts';
import { hashFile } from '../slots/hash-file.ts';
import { readBack } from '../slots/read-back.ts';
import { superblockOf } from './superblock.ts';
import type { Places } from './target-parts.ts';

/** A slot, what it shall hold, and what to call with the bytes read. */
export interface Verification {
  slot: SlotName;
  places: Places;
  release: Release;
  signal: AbortSignal;
  onRead(bytes: number): void;
}

/**
 * Reads the root back from the disk, recomputes its hash tree and writes that beside it: no payload carries one.
 * Throws `slot_mismatch` when the root is not the release's; the superblock's block is left as it is.
 */
export async function writeTree(verification: Verification): Promise<void> {
  const area = await openExtent(verification.places.verity, 'write');
  try {
    await checkRoot(verification, (position, bytes) => area.write(position, bytes));
    await area.sync();
  } finally {
    await area.close();
  }
}

/** Reads everything but the root back: hash area and kernel image. Throws `slot_mismatch`. */
export async function verifyRest({ slot, places, release, signal, onRead }: Verification): Promise<void> {
  const { verity } = release.root;
  const digest = createHash('sha256').update(superblockOf(release));
  let offset = 0;
  for await (const bytes of readBack(places.verity, verity.size)) {
    signal.throwIfAborted();
    digest.update(bytes.subarray(Math.max(0, verityBlock - offset)));
    offset += bytes.length;
    onRead(bytes.length);
  }
  const tree = digest.digest('hex');
  if (tree !== verity.sha256) throw mismatch(slot, `hash tree ${tree}`, verity.sha256);
  const boot = await hashFile(places.boot.path);
  if (boot !== release.boot.sha256) throw mismatch(slot, `kernel image ${boot}`, release.boot.sha256);
  onRead(places.boot.size);
}

/** Reads a whole slot back from the disk; everything but the superblock must be there. Throws `slot_mismatch`. */
export async function verifySlot(verification: Verification): Promise<void> {
  await checkRoot(verification, async () => {});
  await verifyRest(verification);
}

async function checkRoot(
  { slot, places, release, signal, onRead }: Verification,
  put: (position: number, bytes: Buffer) => Promise<void>,
): Promise<void> {
  const { size, verity } = release.root;
  const levels = streamVerity(verity.salt, size);
  for await (const bytes of readBack(places.root, size)) {
    signal.throwIfAborted();
    for (const blocks of levels.update(bytes)) await put(blocks.position, blocks.bytes);
    onRead(bytes.length);
  }
  const { blocks, rootHash } = levels.finish();
  for (const { position, bytes } of blocks) await put(position, bytes);
  if (rootHash !== verity.rootHash) throw mismatch(slot, rootHash, verity.rootHash);
}

function mismatch(slot: SlotName, found: string, expected: string): InterlockError {
  return new InterlockError('slot_mismatch', { slot, found, expected });
}
