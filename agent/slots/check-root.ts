import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { decodeVeritySuperblock, startVerity, verityBlock } from '../../protocol/formats/disk/verity.ts';
import { readBack } from './read-back.ts';
import type { Slot } from './slot.ts';

/** Reads a slot's root from the disk and recomputes its root hash, as dm-verity would. Throws `slot_mismatch`. */
export async function checkRoot(slot: Slot, rootHash: string, signal: AbortSignal): Promise<void> {
  const mismatch = (found: string) =>
    new InterlockError('slot_mismatch', { slot: slot.name, found, expected: rootHash });
  const superblock = decodeVeritySuperblock(await firstBlock(slot));
  if (!superblock) throw mismatch('a slot without superblock');
  const size = superblock.dataBlocks * verityBlock;
  if (size > slot.root.size) throw mismatch(`a root of ${size} bytes`);
  const verity = startVerity(superblock.salt);
  for await (const bytes of readBack(slot.root, size)) {
    signal.throwIfAborted();
    verity.update(bytes);
  }
  const found = verity.finish().rootHash;
  if (found !== rootHash) throw mismatch(found);
}

async function firstBlock({ verity }: Slot): Promise<Buffer> {
  for await (const bytes of readBack(verity, verityBlock)) return Buffer.from(bytes);
  return Buffer.alloc(0);
}
