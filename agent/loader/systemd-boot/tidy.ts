import type { Entry, Image } from '../../../protocol/boot/entry.ts';
import { entriesFolder, imagesFolder } from '../../../protocol/boot/esp.ts';
import { blessedEntry, type Mark } from '../../../protocol/boot/mark.ts';
import { type Change, flushed, type Step } from '../esp/steps.ts';
import { type BootState, sameImage } from './boot-state.ts';
import { sortEntries } from './choose.ts';
import { removeEntry, removeExtracted, removeImage, removeMark, writeEntry, writeMark } from './steps.ts';

/**
 * Repairs what a power cut leaves: a vfat rename may end with both names, one or none, a new file with any prefix of
 * its text. Marks decide: a confirmed generation gets its blessed entry back, every other one keeps its fewest tries.
 */
export function tidy(state: BootState, running: Image, bootHash: string | undefined): Change {
  const confirmed = confirmedMarks(state);
  const kept = entriesToKeep(state.entries, confirmed);
  const rewritten = confirmed
    .map(blessedEntry)
    .filter((entry) => !kept.some((other) => other.file === entry.file));
  const dropped = state.entries.filter((entry) => !kept.includes(entry));
  const wanted = (file: string) => !rewritten.some((entry) => entry.file === file);
  const surplus = surplusImages(state, kept, running);
  const left = state.images.filter((image) => !surplus.includes(image));
  return {
    marks: [],
    entries: [
      ...flushed(entriesFolder, rewritten.map(writeEntry)),
      ...flushed(
        entriesFolder,
        [...dropped.map((entry) => entry.file), ...state.broken].filter(wanted).map(removeEntry),
      ),
    ],
    rest: [
      ...flushed(imagesFolder, adoptRunning(kept, confirmed, running, bootHash)),
      ...flushed(imagesFolder, [
        ...orphans(state, [...left, running]),
        ...surplus.map(removeImage),
        ...staleMarks(state, kept, confirmed),
      ]),
    ],
  };
}

/** Per slot the newest confirmed generation whose image is there. */
function confirmedMarks({ marks, images }: BootState): Mark[] {
  const usable = marks
    .filter((mark) => mark.kind === 'confirmed' && images.some((image) => sameImage(image, mark)))
    .toSorted((a, b) => b.generation - a.generation);
  return usable.filter((mark, index) => usable.findIndex((other) => other.slot === mark.slot) === index);
}

/** One file per generation, and none that a newer confirmed generation of the same image replaces. */
function entriesToKeep(entries: readonly Entry[], confirmed: readonly Mark[]): Entry[] {
  const current = entries.filter(
    (entry) => !confirmed.some((mark) => sameImage(mark, entry) && mark.generation > entry.generation),
  );
  const best = (entry: Entry) => {
    const twins = current.filter((other) => other.generation === entry.generation);
    const blessed = twins.find((twin) => twin.triesLeft === null);
    const marked = confirmed.some((mark) => mark.generation === entry.generation);
    const counted = sortEntries(twins.filter((twin) => twin.triesLeft !== null)).at(-1);
    return marked ? blessed : (counted ?? blessed);
  };
  return current.filter((entry) => best(entry) === entry);
}

/** A first-install disk has a blessed entry and no mark; from the first tidy on it has both. */
function adoptRunning(
  kept: readonly Entry[],
  confirmed: readonly Mark[],
  running: Image,
  bootHash: string | undefined,
): Step[] {
  const entry = kept.find((one) => one.triesLeft === null && sameImage(one, running));
  const marked = confirmed.some((mark) => mark.slot === running.slot && mark.note);
  if (!entry || marked || bootHash === undefined) return [];
  return [writeMark({ ...entry, kind: 'confirmed', note: { title: entry.title, boot: bootHash } })];
}

/** More than one image per slot: only those that run or that an entry names stay. */
function surplusImages({ images }: BootState, kept: readonly Entry[], running: Image): Image[] {
  return images
    .filter((image) => images.some((other) => other.slot === image.slot && !sameImage(other, image)))
    .filter((image) => ![...kept, running].some((user) => sameImage(user, image)));
}

/** What was extracted from an image that is not there any more. */
function orphans({ extracted }: BootState, images: readonly Image[]): Step[] {
  return extracted.filter((file) => !images.some((image) => sameImage(image, file))).map(removeExtracted);
}

function staleMarks({ marks }: BootState, kept: readonly Entry[], confirmed: readonly Mark[]): Step[] {
  const highest = Math.max(...marks.map((mark) => mark.generation));
  const used = (mark: Mark) =>
    mark.kind === 'confirmed'
      ? confirmed.includes(mark)
      : mark.generation === highest || kept.some((entry) => entry.generation === mark.generation);
  return marks.filter((mark) => !used(mark)).map(removeMark);
}
