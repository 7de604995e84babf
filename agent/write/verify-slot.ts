import { InterlockError } from '../../protocol/errors.ts';
import type { Release } from '../../protocol/release.ts';
import { startVerity, verityBlock } from '../../protocol/verity.ts';
import type { SlotName } from '../ports.ts';
import { hashFile } from '../slots/hash-file.ts';
import { readBack } from '../slots/read-back.ts';
import type { Places } from './target-parts.ts';

/**
 * Reads the whole slot back from the disk and recomputes its verity root; everything but the superblock must be there.
 * Throws `slot_mismatch`. `onRead` gets the bytes of each step.
 */
export async function verifySlot(
  slot: SlotName,
  places: Places,
  release: Release,
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): Promise<void> {
  const { verity } = release.root;
  const builder = startVerity(verity.salt);
  for await (const bytes of readBack(places.root, release.root.size)) {
    signal.throwIfAborted();
    builder.update(bytes);
    onRead(bytes.length);
  }
  const { rootHash, tree } = builder.finish();
  if (rootHash !== verity.rootHash) throw mismatch(slot, rootHash, verity.rootHash);
  let at = 0;
  for await (const bytes of readBack(places.verity, verity.size)) {
    signal.throwIfAborted();
    const skip = Math.max(0, verityBlock - at);
    if (!bytes.subarray(skip).equals(tree.subarray(at + skip, at + bytes.length))) {
      throw mismatch(slot, 'another hash tree', verity.sha256);
    }
    at += bytes.length;
    onRead(bytes.length);
  }
  const boot = await hashFile(places.boot.path);
  if (boot !== release.boot.sha256) throw mismatch(slot, `kernel image ${boot}`, release.boot.sha256);
  onRead(places.boot.size);
}

function mismatch(slot: SlotName, found: string, expected: string): InterlockError {
  return new InterlockError('slot_mismatch', { slot, found, expected });
}
