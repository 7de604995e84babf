import { type Entry, formatEntryName, type Image } from './entry.ts';
import type { SlotName } from './partitions.ts';

/**
 * A file beside the images whose *name* is the fact, so that a torn write loses nothing that matters.
 * `generation`: that number was used, for that image; the highest one is the mark no new entry may reuse.
 * `confirmed`: that generation was marked good; its entry is rewritten when it vanishes.
 */
export interface Mark extends Image {
  kind: 'generation' | 'confirmed';
  generation: number;
  /** What the text says, or nothing when it is torn. */
  note: Note | undefined;
}

/** What a rewritten or repeated entry needs to know of its release. */
export interface Note {
  title: string;
  /** Hex SHA-256 of the image. */
  boot: string;
}

/** The name that is the fact. */
export function formatMarkName({ kind, generation, slot, prefix }: Omit<Mark, 'note'>): string {
  return `${kind}-${generation}-${slot}-${prefix}`;
}

/** Reads a file beside the images as a mark; nothing when it is none. */
export function parseMark(file: string, text: string): Mark | undefined {
  const match = /^(generation|confirmed)-(\d{1,15})-([ab])-([0-9a-f]{16})$/.exec(file);
  if (!match) return undefined;
  return {
    kind: match[1] as Mark['kind'],
    generation: Number(match[2]),
    slot: match[3] as SlotName,
    prefix: match[4]!,
    note: parseNote(text),
  };
}

/** The text that may be lost. */
export function formatNote({ title, boot }: Note): string {
  return `boot ${boot}\ntitle ${title}\n`;
}

/** The entry that a confirmed generation must have. */
export function blessedEntry(mark: Mark): Entry {
  const { generation, slot, prefix, note } = mark;
  const entry = { generation, slot, prefix, triesLeft: null, triesDone: 0 };
  return { ...entry, title: note?.title ?? 'Interlock', file: formatEntryName(entry) };
}

function parseNote(text: string): Note | undefined {
  const match = /^boot ([0-9a-f]{64})\ntitle (.*)\n$/.exec(text);
  return match ? { boot: match[1]!, title: match[2]! } : undefined;
}
