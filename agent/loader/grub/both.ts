import { type Entry, parseEntry } from '../../../protocol/boot/entry.ts';
import { entriesFolder } from '../../../protocol/boot/esp.ts';
import type { Esp } from '../esp/esp.ts';
import { type Change, perform, type Step } from '../esp/steps.ts';
import { environmentSteps, readEnvironment } from './environment.ts';
import { follow } from './follow.ts';

/**
 * Carries a verb out under both loaders. A pointer is given to systemd-boot first and taken from GRUB first, so that a
 * cut between the two leaves an entry that GRUB does not follow yet; the entries are the truth, and the next start
 * makes GRUB follow them. Without GRUB it is the verb's steps in their order.
 */
export async function carryOut(
  esp: Esp,
  entries: readonly Entry[],
  change: Change,
  pointer: 'given' | 'taken',
): Promise<void> {
  const found = await readEnvironment(esp);
  const grub = found
    ? environmentSteps(found, follow(entriesAfter(entries, change.entries), found.environment))
    : [];
  const pointers = pointer === 'taken' ? [...grub, ...change.entries] : [...change.entries, ...grub];
  await perform(esp, [...change.marks, ...pointers, ...change.rest]);
}

/** The entries that some steps will leave. */
function entriesAfter(entries: readonly Entry[], steps: readonly Step[]): Entry[] {
  const after = new Map(entries.map((entry) => [entry.file, entry]));
  for (const step of steps) {
    if (step.do !== 'write' && step.do !== 'remove') continue;
    const file = step.path.slice(entriesFolder.length + 1);
    const entry = step.do === 'write' ? parseEntry(file, step.text) : undefined;
    if (entry) after.set(file, entry);
    else after.delete(file);
  }
  return [...after.values()];
}
