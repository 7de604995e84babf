import type { Entry } from '../../../protocol/boot/entry.ts';

/**
 * The order in which systemd-boot tries entries of one sort-key: those without tries left come last, then the higher
 * version first, then the one with more tries left. Source: `boot_entry_compare` in systemd's `src/boot/boot.c`.
 */
export function sortEntries<E extends Pick<Entry, 'generation' | 'triesLeft' | 'triesDone'>>(
  entries: readonly E[],
): E[] {
  return entries.toSorted((a, b) => {
    const spent = Number(a.triesLeft === 0) - Number(b.triesLeft === 0);
    if (spent !== 0) return spent;
    if (a.generation !== b.generation) return b.generation - a.generation;
    if (a.triesLeft === null || b.triesLeft === null) return 0;
    return b.triesLeft - a.triesLeft || a.triesDone - b.triesDone;
  });
}

/** What the next boot takes; with no tries left anywhere still the highest generation, again and again. */
export function chooseEntry<E extends Pick<Entry, 'generation' | 'triesLeft' | 'triesDone'>>(
  entries: readonly E[],
): E | undefined {
  return sortEntries(entries)[0];
}

/** True while systemd-boot prefers the entry to a spent one. */
export function isBootable(entry: Pick<Entry, 'triesLeft'>): boolean {
  return entry.triesLeft !== 0;
}
