import { parseEntryName } from '../../../protocol/boot/entry.ts';
import { entriesFolder, imagesFolder } from '../../../protocol/boot/esp.ts';
import type { SlotName } from '../../ports/host.ts';
import type { BootState } from './boot-state.ts';
import { flushed, removeEntry, removeImage, removeMark, type Step } from './steps.ts';

/**
 * Forgets a slot before its first byte changes: nothing may confirm it again, nothing may boot it, and only then its
 * images go. An image of the root hash about to be written stays, so that its download can resume.
 */
export function clearSteps(state: BootState, slot: SlotName, keepPrefix: string): Step[] {
  const entries = state.entries.filter((entry) => entry.slot === slot).map((entry) => entry.file);
  const torn = state.broken.filter((file) => parseEntryName(file));
  const marks = state.marks.filter((mark) => mark.kind === 'confirmed' && mark.slot === slot);
  const images = state.images.filter((image) => image.slot === slot && image.prefix !== keepPrefix);
  return [
    ...flushed(imagesFolder, marks.map(removeMark)),
    ...flushed(entriesFolder, [...entries, ...torn].map(removeEntry)),
    ...flushed(imagesFolder, images.map(removeImage)),
  ];
}
