import { type Image, parseEntryName } from '../../../protocol/boot/entry.ts';
import { entriesFolder, imagesFolder } from '../../../protocol/boot/esp.ts';
import type { SlotName } from '../../ports/host.ts';
import { type Change, flushed } from '../esp/steps.ts';
import type { BootState } from './boot-state.ts';
import { removeEntry, removeExtracted, removeImage, removeMark } from './steps.ts';

/**
 * Forgets a slot before its first byte changes: nothing may confirm it again, nothing may boot it, and only then its
 * files go. An image of the root hash about to be written stays, so that its download can resume.
 */
export function clear(state: BootState, slot: SlotName, keepPrefix: string): Change {
  const entries = state.entries.filter((entry) => entry.slot === slot).map((entry) => entry.file);
  const torn = state.broken.filter((file) => parseEntryName(file));
  const marks = state.marks.filter((mark) => mark.kind === 'confirmed' && mark.slot === slot);
  const isDropped = (image: Image) => image.slot === slot && image.prefix !== keepPrefix;
  return {
    marks: flushed(imagesFolder, marks.map(removeMark)),
    entries: flushed(entriesFolder, [...entries, ...torn].map(removeEntry)),
    rest: flushed(imagesFolder, [
      ...state.extracted.filter(isDropped).map(removeExtracted),
      ...state.images.filter(isDropped).map(removeImage),
    ]),
  };
}
