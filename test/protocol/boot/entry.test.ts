import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  extractedKinds,
  formatEntry,
  formatEntryName,
  formatExtractedName,
  parseEntry,
  parseEntryName,
  parseExtractedName,
  parseImageName,
} from '../../../protocol/boot/entry.ts';
import { formatMarkName, formatNote, parseMark } from '../../../protocol/boot/mark.ts';

test.each([
  ['interlock-7.conf', { generation: 7, triesLeft: null, triesDone: 0 }],
  ['interlock-7+3.conf', { generation: 7, triesLeft: 3, triesDone: 0 }],
  ['interlock-7+2-1.conf', { generation: 7, triesLeft: 2, triesDone: 1 }],
  ['interlock-7+10-00.conf', { generation: 7, triesLeft: 10, triesDone: 0 }],
  ['interlock-12+0-3.CONF', { generation: 12, triesLeft: 0, triesDone: 3 }],
  ['interlock-7+.conf', undefined],
  ['interlock-7+3-.conf', undefined],
  ['interlock-7+2147483648.conf', undefined],
  ['interlock-7.conf.tmp', undefined],
  ['other-7.conf', undefined],
])('%s is read as systemd-boot reads it', (name, expected) => {
  expect(parseEntryName(name)).toEqual(expected);
});

test('an entry says exactly four things', () => {
  const entry = { generation: 7, slot: 'b', prefix: '0123456789abcdef', title: 'core 2.0' } as const;
  expect(formatEntry(entry)).toBe(
    'title core 2.0\nsort-key interlock\nversion 7\nlinux /EFI/interlock/b-0123456789abcdef.efi\n',
  );
});

const image = fc.record({
  slot: fc.constantFrom('a' as const, 'b' as const),
  prefix: fc.stringMatching(/^[0-9a-f]{16}$/),
  generation: fc.integer({ min: 1, max: 1e9 }),
  title: fc.stringMatching(/^[ -~]{0,40}$/),
});
const counter = fc.record({
  triesLeft: fc.option(fc.integer({ min: 0, max: 99 })),
  triesDone: fc.integer({ min: 0, max: 99 }),
});

test('what is written is read again; any torn or foreign text is not an entry', () => {
  fc.assert(
    fc.property(image, counter, fc.nat(), (one, { triesLeft, triesDone }, cut) => {
      const entry = { ...one, triesLeft, triesDone: triesLeft === null ? 0 : triesDone };
      const file = formatEntryName(entry);
      const text = formatEntry(entry);
      expect(parseEntry(file, text)).toEqual({ ...entry, file });
      expect(parseEntry(file, text.slice(0, cut % text.length))).toBeUndefined();
      expect(parseEntry(file, `${text}options quiet\n`)).toBeUndefined();
      expect(
        parseEntry(formatEntryName({ ...entry, generation: entry.generation + 1 }), text),
      ).toBeUndefined();
    }),
  );
});

test('a mark is its name; a torn text only loses the note', () => {
  fc.assert(
    fc.property(image, fc.nat(), (one, cut) => {
      const note = { title: one.title, boot: one.prefix.repeat(4) };
      const { title: _, ...facts } = one;
      const mark = { ...facts, kind: 'confirmed' as const, note };
      const text = formatNote(note);
      expect(parseMark(formatMarkName(mark), text)).toEqual(mark);
      const torn = parseMark(formatMarkName(mark), text.slice(0, cut % text.length));
      expect(torn).toEqual({ ...mark, note: undefined });
    }),
  );
});

test('what was extracted from an image is told from the image', () => {
  fc.assert(
    fc.property(image, fc.constantFrom(...extractedKinds), ({ slot, prefix }, kind) => {
      const one = { slot, prefix };
      const file = formatExtractedName(one, kind);
      expect(parseExtractedName(file)).toEqual({ ...one, kind });
      expect(parseImageName(file)).toBeUndefined();
    }),
  );
  expect(parseExtractedName('a-0123456789abcdef.efi')).toBeUndefined();
  expect(parseExtractedName('c-0123456789abcdef.linux')).toBeUndefined();
});
