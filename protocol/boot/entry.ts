import { imagesFolder } from './esp.ts';
import type { SlotName } from './partitions.ts';

/** Tries that a flipped entry gets before systemd-boot gives it up. */
export const tries = 3;

/** A slot's kernel image: `<slot>-<first 16 hex digits of the root hash>.efi`. */
export interface Image {
  slot: SlotName;
  prefix: string;
}

/** A boot entry that systemd-boot would load, as its name and its text say. */
export interface Entry extends Image {
  file: string;
  generation: number;
  title: string;
  /** null: blessed, boots without counting. */
  triesLeft: number | null;
  triesDone: number;
}

type Counter = Pick<Entry, 'generation' | 'triesLeft' | 'triesDone'>;
const mostTries = 0x7fff_ffff;

/** Reads `interlock-<generation>[+left[-done]].conf`, whatever the width of its numbers; nothing when it is no such name. */
export function parseEntryName(file: string): Counter | undefined {
  const match = /^interlock-(\d{1,15})(?:\+(\d{1,10})(?:-(\d{1,10}))?)?\.conf$/i.exec(file);
  if (!match) return undefined;
  const [, generation, left, done] = match;
  if (Number(left ?? 0) > mostTries || Number(done ?? 0) > mostTries) return undefined;
  return {
    generation: Number(generation),
    triesLeft: left === undefined ? null : Number(left),
    triesDone: Number(done ?? 0),
  };
}

/** Writes an entry's name as systemd-boot itself would: no padding, no `-0`. */
export function formatEntryName({ generation, triesLeft, triesDone }: Counter): string {
  const counter = triesLeft === null ? '' : `+${triesLeft}${triesDone ? `-${triesDone}` : ''}`;
  return `interlock-${generation}${counter}.conf`;
}

/** What an image is called without its kind of file: `a-0123456789abcdef`. */
export function formatImage({ slot, prefix }: Image): string {
  return `${slot}-${prefix}`;
}

/** Reads such a name; nothing when it is not one of ours. */
export function parseImage(name: string): Image | undefined {
  const match = /^([ab])-([0-9a-f]{16})$/i.exec(name);
  return match ? { slot: match[1]!.toLowerCase() as SlotName, prefix: match[2]!.toLowerCase() } : undefined;
}

/** The image's file name on the ESP. */
export function formatImageName(image: Image): string {
  return `${formatImage(image)}.efi`;
}

/** Reads an image's file name; nothing when it is not one of ours. */
export function parseImageName(file: string): Image | undefined {
  return /\.efi$/i.test(file) ? parseImage(file.slice(0, -4)) : undefined;
}

/** What GRUB loads of an image, extracted from it to files of their own: kernel, initrd, and its command line as a script. */
export const extractedKinds = ['linux', 'initrd', 'cfg'] as const;
/** One of `extractedKinds`. */
export type ExtractedKind = (typeof extractedKinds)[number];

/** The name of such a file, beside the image. */
export function formatExtractedName(image: Image, kind: ExtractedKind): string {
  return `${formatImage(image)}.${kind}`;
}

/** Reads such a name; nothing when it is not one of ours. */
export function parseExtractedName(file: string): (Image & { kind: ExtractedKind }) | undefined {
  const kind = extractedKinds.find((one) => file.toLowerCase().endsWith(`.${one}`));
  const image = kind && parseImage(file.slice(0, -kind.length - 1));
  return image && { ...image, kind };
}

/** An entry's text: exactly the four keys that every systemd-boot counts by and none that replaces the signed command line. */
export function formatEntry(entry: Image & { generation: number; title: string }): string {
  return [
    `title ${entry.title.replace(/[^\x20-\x7e]/g, '?')}`,
    'sort-key interlock',
    `version ${entry.generation}`,
    `linux /${imagesFolder}/${formatImageName(entry)}`,
    '',
  ].join('\n');
}

/** Reads a file as an entry; nothing when its text is torn, foreign or of another generation than its name says. */
export function parseEntry(file: string, text: string): Entry | undefined {
  const counter = parseEntryName(file);
  if (!counter) return undefined;
  const lines = text.split('\n');
  const value = (key: string) =>
    lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1) ?? '';
  const image = parseImageName(value('linux').replace(`/${imagesFolder}/`, ''));
  if (!image) return undefined;
  const entry = { file, ...counter, ...image, title: value('title') };
  return formatEntry(entry) === text ? entry : undefined;
}
