import { type Entry, formatEntryName, type Image, tries } from '../../../protocol/boot/entry.ts';
import { entriesFolder, imagesFolder } from '../../../protocol/boot/esp.ts';
import type { Note } from '../../../protocol/boot/mark.ts';
import { type Change, flushed } from '../esp/steps.ts';
import { unsafe } from '../esp/unsafe.ts';
import { type BootState, nextGeneration, sameImage } from './boot-state.ts';
import { chooseEntry, isBootable } from './choose.ts';
import { removeEntry, writeEntry, writeMark } from './steps.ts';

/** A new boot pointer: its generation, and what sets it. */
export interface Flip {
  generation: number;
  change: Change;
}

/**
 * Points the next boots at `image` with a new generation; nothing to do when they point there already. `used`: numbers
 * that GRUB still knows.
 * Throws `loader_unsafe` when a failure of the new slot would not come back to the running one.
 */
export function flip(
  state: BootState,
  image: Image,
  note: Note,
  running: Image,
  used: readonly number[] = [],
): Flip {
  const pointed = chooseEntry(state.entries);
  if (pointed && sameImage(pointed, image) && pointed.triesLeft === tries) {
    return { generation: pointed.generation, change: { marks: [], entries: [], rest: [] } };
  }
  requireWayBack(state, image, running);
  const generation = nextGeneration(state, used);
  const entry = { ...image, generation, title: note.title, triesLeft: tries, triesDone: 0 };
  return {
    generation,
    change: {
      marks: flushed(imagesFolder, [writeMark({ ...image, kind: 'generation', generation, note })]),
      entries: flushed(entriesFolder, [writeEntry({ ...entry, file: formatEntryName(entry) })]),
      rest: [],
    },
  };
}

/** Two bad entries loop for ever: the running slot must have a blessed entry, or nothing but its own must be bootable. */
function requireWayBack({ entries }: BootState, image: Image, running: Image): void {
  const bootable = entries.filter(isBootable);
  const own = bootable.filter((entry) => sameImage(entry, running));
  if (sameImage(image, running)) throw unsafe(`slot ${running.slot} runs already`);
  if (own.length === 0) throw unsafe(`no entry leads back to the running slot ${running.slot}`);
  const blessed = own.some((entry) => entry.triesLeft === null);
  if (!blessed && own.length !== bootable.length) throw unsafe('the running entry is not marked good yet');
}

/**
 * Takes a generation's entry away; `any`: every one that counts its tries and was never tried.
 * Throws `loader_unsafe` when nothing else is bootable.
 */
export function unflip({ entries, broken }: BootState, generation: number | 'any'): Change {
  const isTaken = (entry: Entry) =>
    generation === 'any'
      ? entry.triesLeft !== null && entry.triesDone === 0
      : entry.generation === generation;
  const taken = entries.filter(isTaken);
  const others = entries.filter((entry) => !isTaken(entry) && isBootable(entry));
  if (taken.length > 0 && others.length === 0)
    throw unsafe(`generation ${generation} is the only bootable one`);
  const number = generation === 'any' ? '\\d+' : `0*${generation}`;
  const torn = broken.filter((file) => new RegExp(`^interlock-${number}[+.]`, 'i').test(file));
  const files = [...taken.map((entry: Entry) => entry.file), ...torn];
  return { marks: [], entries: flushed(entriesFolder, files.map(removeEntry)), rest: [] };
}
