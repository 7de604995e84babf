import { open } from 'node:fs/promises';
import { InterlockError } from '../../protocol/errors.ts';
import type { Part } from '../../protocol/payload.ts';
import { verityBlock } from '../../protocol/verity.ts';
import { type OpenExtent, openExtent } from '../slots/extent.ts';
import type { Extent } from '../slots/slot.ts';

/** Where the parts of one release lie on this host. */
export type Places = Record<Part, Extent>;

/** The parts, open. */
export type Parts = Record<Part, OpenExtent>;

/** Opens a slot's parts to be written; the kernel image gets its final size. `superblock` is never written here. */
export async function openTarget(places: Places, superblock: Buffer): Promise<Parts> {
  const image = await open(places.boot.path, 'a', 0o644);
  try {
    await image.truncate(places.boot.size);
  } finally {
    await image.close();
  }
  const parts = await openParts(places, 'write');
  return { ...parts, verity: withoutSuperblock(parts.verity, superblock) };
}

/** Opens a slot's parts to be read only. */
export function openSource(places: Places): Promise<Parts> {
  return openParts(places, 'read');
}

/** Closes all of them. */
export async function closeParts(parts: Parts): Promise<void> {
  await Promise.all(Object.values(parts).map((part) => part.close()));
}

/** Throws `image_too_big` unless a release's parts fit their partitions. */
export function checkRoom(slot: Omit<Places, 'boot'>, sizes: Record<Part, number>): void {
  for (const part of ['root', 'verity'] as const) {
    const details = { part, size: sizes[part], room: slot[part].size };
    if (sizes[part] > slot[part].size) throw new InterlockError('image_too_big', details);
  }
}

async function openParts(places: Places, access: 'read' | 'write'): Promise<Parts> {
  const opened: OpenExtent[] = [];
  try {
    for (const part of ['root', 'verity', 'boot'] as const)
      opened.push(await openExtent(places[part], access));
  } catch (error) {
    await Promise.all(opened.map((part) => part.close()));
    throw error;
  }
  const [root, verity, boot] = opened as [OpenExtent, OpenExtent, OpenExtent];
  return { root, verity, boot };
}

/** The hash area as if its superblock lay there already: it is written last, after everything was read back. */
function withoutSuperblock(verity: OpenExtent, superblock: Buffer): OpenExtent {
  return {
    ...verity,
    async read(position, length, scratch) {
      const bytes = await verity.read(position, length, scratch);
      if (position < verityBlock) superblock.subarray(position).copy(bytes);
      return bytes;
    },
    async write(position, bytes) {
      const skip = Math.min(Math.max(0, verityBlock - position), bytes.length);
      await verity.write(position + skip, bytes.subarray(skip));
    },
  };
}
