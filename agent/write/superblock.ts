import type { Release } from '../../protocol/documents/release.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import {
  decodeVeritySuperblock,
  encodeVeritySuperblock,
  verityBlock,
} from '../../protocol/formats/disk/verity.ts';
import { openExtent } from '../slots/extent.ts';
import type { Extent } from '../slots/slot.ts';

/** The block that makes a slot findable: its uuid is the root hash's beginning. Throws `release_invalid` for no whole blocks. */
export function superblockOf({ root }: Release): Buffer {
  const { uuid, salt } = root.verity;
  if (root.size === 0 || root.size % verityBlock !== 0) {
    throw new InterlockError('release_invalid', {
      file: 'release.json',
      problem: `a root of ${root.size} bytes`,
    });
  }
  return encodeVeritySuperblock({ uuid, salt, dataBlocks: root.size / verityBlock });
}

/** What a slot says that it holds: this release, another one, or nothing for certain: then a write was cut. */
export async function claimOf(verity: Extent, superblock: Buffer): Promise<'this' | 'other' | 'nothing'> {
  const area = await openExtent(verity, 'read');
  try {
    const found = await area.read(0, superblock.length);
    if (found.equals(superblock)) return 'this';
    return decodeVeritySuperblock(found) ? 'other' : 'nothing';
  } finally {
    await area.close();
  }
}

/** Writes a superblock, or zeros before anything else in the slot changes; durable when it returns. */
export async function writeSuperblock(verity: Extent, superblock: Buffer): Promise<void> {
  const area = await openExtent(verity, 'write');
  try {
    await area.write(0, superblock);
    await area.sync();
  } finally {
    await area.close();
  }
}

/** Bytes of the image that a slot says it holds; 0 when it says nothing. */
export async function imageSize(verity: Extent): Promise<number> {
  const area = await openExtent(verity, 'read');
  try {
    return (decodeVeritySuperblock(await area.read(0, verityBlock))?.dataBlocks ?? 0) * verityBlock;
  } finally {
    await area.close();
  }
}
