import { type Entry, formatEntry, formatImageName, type Image } from '../../../protocol/boot/entry.ts';
import { entriesFolder, imagesFolder } from '../../../protocol/boot/esp.ts';
import { formatMarkName, formatNote, type Mark } from '../../../protocol/boot/mark.ts';
import type { Esp } from './esp.ts';

/** One change of the ESP. Verbs return lists of these, so that their order can be read, tested and cut anywhere. */
export type Step =
  | { do: 'write'; path: string; text: string }
  | { do: 'remove'; path: string }
  | { do: 'sync'; folder: string };

/** Carries a verb's steps out in order; each is idempotent. */
export async function perform(esp: Esp, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (step.do === 'write') await esp.write(step.path, step.text);
    else if (step.do === 'remove') await esp.remove(step.path);
    else await esp.sync(step.folder);
  }
}

/** Steps in one folder and the flush after them; nothing when there are none. */
export function flushed(folder: string, steps: readonly Step[]): Step[] {
  return steps.length === 0 ? [] : [...steps, { do: 'sync', folder }];
}

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
