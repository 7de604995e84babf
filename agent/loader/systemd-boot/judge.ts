import { type Entry, formatEntryName } from '../../../protocol/boot/entry.ts';
import { entriesFolder, imagesFolder } from '../../../protocol/boot/esp.ts';
import { blessedEntry, type Mark } from '../../../protocol/boot/mark.ts';
import { type Change, flushed } from '../esp/steps.ts';
import { unsafe } from '../esp/unsafe.ts';
import { type BootState, sameImage } from './boot-state.ts';
import { removeEntry, removeMark, writeEntry, writeMark } from './steps.ts';

/**
 * Marks a generation good: the mark first, so that from then on a vanished entry is rewritten; then the blessed entry;
 * only then its counted names and what it replaces. Unlike a rename this never leaves the generation without a name.
 */
export function markGood(state: BootState, generation: number): Change {
  const mark: Mark = { ...findGeneration(state, generation), kind: 'confirmed' };
  const blessed = blessedEntry(mark);
  const there = state.entries.some((entry) => entry.file === blessed.file);
  const marked = state.marks.some((one) => one.kind === 'confirmed' && one.generation === generation);
  const replaced = state.entries.filter(
    (entry) => entry.file !== blessed.file && entry.generation <= generation && sameImage(entry, mark),
  );
  const older = state.marks.filter(
    (one) => one.kind === 'confirmed' && one.slot === mark.slot && one.generation < generation,
  );
  return {
    marks: flushed(imagesFolder, marked ? [] : [writeMark(mark)]),
    entries: [
      ...flushed(entriesFolder, there ? [] : [writeEntry(blessed)]),
      ...flushed(
        entriesFolder,
        replaced.map((entry) => removeEntry(entry.file)),
      ),
    ],
    rest: flushed(imagesFolder, older.map(removeMark)),
  };
}

/** Marks a generation bad: no mark vouches for it any more, and systemd-boot sorts its entry behind all others. */
export function markBad(state: BootState, generation: number): Change {
  const twins = state.entries.filter((entry) => entry.generation === generation);
  const marks = state.marks.filter((one) => one.kind === 'confirmed' && one.generation === generation);
  const [first] = twins;
  const unmarked = flushed(imagesFolder, marks.map(removeMark));
  if (!first) return { marks: unmarked, entries: [], rest: [] };
  const spent: Entry = {
    ...first,
    triesLeft: 0,
    triesDone: Math.max(...twins.map((twin) => twin.triesDone)),
  };
  spent.file = formatEntryName(spent);
  const others = twins.filter((twin) => twin.file !== spent.file);
  return {
    marks: unmarked,
    entries: [
      ...flushed(entriesFolder, others.length === twins.length ? [writeEntry(spent)] : []),
      ...flushed(
        entriesFolder,
        others.map((twin) => removeEntry(twin.file)),
      ),
    ],
    rest: [],
  };
}

/** What a generation boots: by its mark, or on a first-install disk by its entry. */
function findGeneration({ marks, entries }: BootState, generation: number): Mark {
  const mark = marks.find((one) => one.generation === generation);
  const entry = entries.find((one) => one.generation === generation);
  if (mark) return mark;
  if (!entry) throw unsafe(`generation ${generation} has no entry and no mark`);
  return { ...entry, kind: 'generation', note: undefined };
}
