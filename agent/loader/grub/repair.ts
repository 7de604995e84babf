import { type Entry, formatEntryName } from '../../../protocol/boot/entry.ts';
import { entriesFolder } from '../../../protocol/boot/esp.ts';
import { asInterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Esp } from '../esp/esp.ts';
import { flushed, type Step } from '../esp/steps.ts';
import { removeEntry, writeEntry } from '../systemd-boot/steps.ts';
import { carryOut } from './both.ts';
import { readEnvironment } from './environment.ts';
import { extract, isExtracted } from './extract.ts';
import { type Counted, spentByGrub } from './follow.ts';

/**
 * On a disk with GRUB: carries the tries that GRUB used into the entries' names, and puts back the files that it loads
 * of every image that an entry names. Entries that are tidy are expected.
 */
export async function repair(esp: Esp, entries: readonly Entry[]): Promise<void> {
  const found = await readEnvironment(esp);
  if (!found) return;
  const steps = spentByGrub(entries, found.environment).flatMap(countSteps);
  await carryOut(esp, entries, { marks: [], entries: steps, rest: [] }, 'given');
  for (const entry of entries) await putBack(esp, entry);
}

/** The new name first: of two names of one generation the one with fewer tries counts. */
function countSteps({ entry, triesLeft, triesDone }: Counted): Step[] {
  const counted = { ...entry, triesLeft, triesDone };
  return [
    ...flushed(entriesFolder, [writeEntry({ ...counted, file: formatEntryName(counted) })]),
    ...flushed(entriesFolder, [removeEntry(entry.file)]),
  ];
}

/** What cannot be put back now only matters to a boot by BIOS; every flip tries again and refuses then. */
async function putBack(esp: Esp, entry: Entry): Promise<void> {
  try {
    if (!(await isExtracted(esp, entry))) await extract(esp, entry);
  } catch (error) {
    // a boot file that cannot be taken apart or has no room: see above; a disk that fails is the caller's trouble
    if (!['loader_unsafe', 'space_missing'].includes(asInterlockError(error).code)) throw error;
  }
}
