import type { Esp } from '../../../agent/loader/esp/esp.ts';
import { readBootState } from '../../../agent/loader/systemd-boot/boot-state.ts';
import { chooseEntry } from '../../../agent/loader/systemd-boot/choose.ts';
import { type Entry, formatEntryName } from '../../../protocol/boot/entry.ts';
import { entriesFolder } from '../../../protocol/boot/esp.ts';

/** What the loader does at power-on, as observed on systemd-boot 257: see `docs` of the boot counter. */
export interface Booted {
  entry: Entry;
  /** False when the counted name was taken already: systemd-boot boots on, and the counter stays as it was. */
  counted: boolean;
}

/**
 * Chooses an entry and counts the try by renaming it (`+3` → `+2-1` … `+0-3`), as systemd-boot does.
 * Nothing when no entry is usable: a firmware shell on a real machine.
 */
export async function bootOnce(
  esp: Esp,
  rename: (from: string, to: string) => Promise<void> | void,
): Promise<Booted | undefined> {
  const { entries } = await readBootState(esp);
  const entry = chooseEntry(entries);
  if (!entry) return undefined;
  if (entry.triesLeft === null) return { entry, counted: false };
  const next = {
    ...entry,
    triesLeft: Math.max(entry.triesLeft - 1, 0),
    triesDone: entry.triesDone + 1,
  };
  next.file = formatEntryName(next);
  const taken = (await esp.list(entriesFolder)).includes(next.file);
  if (!taken) await rename(`${entriesFolder}/${entry.file}`, `${entriesFolder}/${next.file}`);
  return { entry: taken ? entry : next, counted: !taken };
}
