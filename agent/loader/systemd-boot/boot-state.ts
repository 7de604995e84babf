import {
  type Entry,
  type ExtractedKind,
  type Image,
  parseEntry,
  parseEntryName,
  parseExtractedName,
  parseImageName,
} from '../../../protocol/boot/entry.ts';
import { entriesFolder, imagesFolder } from '../../../protocol/boot/esp.ts';
import { type Mark, parseMark } from '../../../protocol/boot/mark.ts';
import type { Esp } from '../esp/esp.ts';

/** What is on the ESP. */
export interface BootState {
  /** Whole entries whose image is there. */
  entries: Entry[];
  /** Files named like ours that systemd-boot ignores: torn, or their image is gone. */
  broken: string[];
  images: Image[];
  /** What was taken out of them for GRUB. */
  extracted: (Image & { kind: ExtractedKind })[];
  marks: Mark[];
}

/** Reads entries, images and marks; changes nothing. */
export async function readBootState(esp: Esp): Promise<BootState> {
  const state: BootState = { entries: [], broken: [], images: [], extracted: [], marks: [] };
  for (const file of await esp.list(imagesFolder)) {
    const image = parseImageName(file);
    if (image) state.images.push(image);
    const extracted = parseExtractedName(file);
    if (extracted) state.extracted.push(extracted);
    const mark = /^(generation|confirmed)-/.test(file)
      ? parseMark(file, (await esp.read(`${imagesFolder}/${file}`)) ?? '')
      : undefined;
    if (mark) state.marks.push(mark);
  }
  for (const file of (await esp.list(entriesFolder)).toSorted()) {
    if (!/^interlock-/i.test(file)) continue;
    const entry = parseEntry(file, (await esp.read(`${entriesFolder}/${file}`)) ?? '');
    if (entry && state.images.some((image) => sameImage(image, entry))) state.entries.push(entry);
    else state.broken.push(file);
  }
  return state;
}

/** True when two things name one kernel image. */
export function sameImage(a: Image, b: Image): boolean {
  return a.slot === b.slot && a.prefix === b.prefix;
}

/** A number that no entry ever had here. */
export function nextGeneration({ entries, broken, marks }: BootState, used: readonly number[]): number {
  const torn = broken.map((file) => parseEntryName(file)?.generation ?? 0);
  return 1 + Math.max(0, ...used, ...torn, ...[...entries, ...marks].map((used) => used.generation));
}
