import { type Entry, tries } from '../../../protocol/boot/entry.ts';
import type { GrubEnvironment, GrubPointer } from '../../../protocol/boot/grub-environment.ts';
import { sameImage } from '../systemd-boot/boot-state.ts';
import { isBootable, sortEntries } from '../systemd-boot/choose.ts';

/**
 * What GRUB must boot by, so that it takes what systemd-boot would take of these entries. The sector is written only
 * when another image must boot: a trial keeps GRUB's own count, and one that is over loses its tries, which is one byte.
 */
export function follow(entries: readonly Entry[], current: GrubEnvironment | undefined): GrubEnvironment {
  const [first, ...others] = sortEntries(entries);
  // nothing to follow: whatever GRUB still knows is better
  if (!first) return current ?? { good: null, trial: null };
  const good = [first, ...others].find(({ triesLeft }) => triesLeft === null) ?? first;
  return { good: pointerOf(good), trial: trialOf(first, entries, current) };
}

function trialOf(
  first: Entry,
  entries: readonly Entry[],
  current: GrubEnvironment | undefined,
): GrubEnvironment['trial'] {
  const { triesLeft } = first;
  if (triesLeft === null || !isBootable(first)) return endedTrial(entries, current);
  if (current?.trial && isOf(current.trial, first)) return current.trial;
  return { ...pointerOf(first), left: Math.min(triesLeft, tries) };
}

function endedTrial(
  entries: readonly Entry[],
  current: GrubEnvironment | undefined,
): GrubEnvironment['trial'] {
  const trial = current?.trial;
  return trial && entries.some((entry) => isOf(trial, entry)) ? { ...trial, left: 0 } : null;
}

/** Entries whose tries GRUB has used, with what is left of them: a fall-back under one loader counts under both. */
export function spentByGrub(entries: readonly Entry[], current: GrubEnvironment | undefined): Counted[] {
  const trial = current?.trial;
  if (!trial) return [];
  return entries.flatMap((entry) => {
    const { triesLeft, triesDone } = entry;
    if (triesLeft === null || triesLeft <= trial.left || !isOf(trial, entry)) return [];
    return [{ entry, triesLeft: trial.left, triesDone: triesDone + triesLeft - trial.left }];
  });
}

/** An entry and the count that its name should have. */
export interface Counted {
  entry: Entry;
  triesLeft: number;
  triesDone: number;
}

function pointerOf({ generation, slot, prefix }: Entry): GrubPointer {
  return { generation, image: { slot, prefix } };
}

function isOf(pointer: GrubPointer, entry: Entry): boolean {
  return pointer.generation === entry.generation && sameImage(pointer.image, entry);
}
