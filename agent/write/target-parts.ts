import { open } from 'node:fs/promises';
import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { PayloadPart } from '../../protocol/formats/payload/payload.ts';
import { nameDisk } from '../../system/files/name-disk.ts';
import { type OpenExtent, openExtent } from '../slots/extent.ts';
import type { Extent } from '../slots/slot.ts';
import { openDirectly } from '../slots/write-direct.ts';

/** Where the parts of one release lie on this host. */
export type Places = Record<'root' | 'verity' | 'boot', Extent>;

/** What payloads write, open. */
export type Parts = Record<PayloadPart, OpenExtent>;

/** Opens a slot's parts to be written; the kernel image gets its final size. */
export async function openTarget(places: Places): Promise<Parts> {
  const image = await open(places.boot.path, 'a', 0o644);
  try {
    await image.truncate(places.boot.size).catch(nameDisk(places.boot.path));
  } finally {
    await image.close();
  }
  return openParts(places, openDirectly, (boot) => openExtent(boot, 'write'));
}

/** Opens the running slot to be read only; where its disk fails, it is as good as one that is too short: `disk_invalid`. */
export function openSource(places: Places): Promise<Parts> {
  const open = async (place: Extent): Promise<OpenExtent> => {
    const extent = await openExtent(place, 'read');
    const unreadable = (cause: unknown): never => {
      const { code, message } = asInterlockError(cause);
      if (code !== 'disk_failed') throw cause;
      throw new InterlockError('disk_invalid', { disk: place.path, problem: message }, { cause });
    };
    return { ...extent, read: (...where) => extent.read(...where).catch(unreadable) };
  };
  return openParts(places, open, open);
}

/** Closes all of them. */
export async function closeParts(parts: Parts): Promise<void> {
  await Promise.all(Object.values(parts).map((part) => part.close()));
}

/** Throws `image_too_big` unless a release's parts fit their partitions. */
export function checkRoom(slot: Omit<Places, 'boot'>, sizes: Record<'root' | 'verity', number>): void {
  for (const part of ['root', 'verity'] as const) {
    const details = { part, size: sizes[part], room: slot[part].size };
    if (sizes[part] > slot[part].size) throw new InterlockError('image_too_big', details);
  }
}

type Open = (place: Extent) => Promise<OpenExtent>;

async function openParts(places: Places, openRoot: Open, openBoot: Open): Promise<Parts> {
  const root = await openRoot(places.root);
  try {
    return { root, boot: await openBoot(places.boot) };
  } catch (error) {
    await root.close();
    throw error;
  }
}
