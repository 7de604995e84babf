import {
  type Entry,
  type ExtractedKind,
  formatEntry,
  formatExtractedName,
  formatImageName,
  type Image,
} from '../../../protocol/boot/entry.ts';
import { entriesFolder, imagesFolder } from '../../../protocol/boot/esp.ts';
import { formatMarkName, formatNote, type Mark } from '../../../protocol/boot/mark.ts';
import type { Step } from '../esp/steps.ts';

/** Puts an entry under its own name. */
export function writeEntry(entry: Entry): Step {
  return { do: 'write', path: `${entriesFolder}/${entry.file}`, text: formatEntry(entry) };
}

/** Takes a file out of the entries, ours or a torn one. */
export function removeEntry(file: string): Step {
  return { do: 'remove', path: `${entriesFolder}/${file}` };
}

/** Deletes a slot’s kernel image. */
export function removeImage(image: Image): Step {
  return { do: 'remove', path: `${imagesFolder}/${formatImageName(image)}` };
}

/** Deletes what was extracted from one. */
export function removeExtracted({ kind, ...image }: Image & { kind: ExtractedKind }): Step {
  return { do: 'remove', path: `${imagesFolder}/${formatExtractedName(image, kind)}` };
}

/** Records a generation, or that it was marked good. */
export function writeMark(mark: Mark): Step {
  return {
    do: 'write',
    path: `${imagesFolder}/${formatMarkName(mark)}`,
    text: mark.note ? formatNote(mark.note) : '',
  };
}

/** Forgets what a mark vouched for. */
export function removeMark(mark: Mark): Step {
  return { do: 'remove', path: `${imagesFolder}/${formatMarkName(mark)}` };
}
