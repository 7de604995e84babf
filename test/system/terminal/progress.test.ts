import { expect, test } from 'vitest';
import { formatBytes, formatSeconds, progressLine, showProgress } from '../../../system/terminal/progress.ts';
import { formatFacts, formatTable, shorten } from '../../../system/terminal/table.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1000 B'],
  [1024, '1.00 KiB'],
  [72_397_564, '69.0 MiB'],
  [2 ** 31, '2.00 GiB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('a line of progress tells share, rate and time left', () => {
  expect(progressLine('download', 25_000_000, 100_000_000, 5)).toBe(
    'download  █████░░░░░░░░░░░░░░░  25 %  4.77 MiB/s  15 s left',
  );
});

test('a step that was shown ends with all of it, unless it failed', () => {
  const endOf = (note?: string) => {
    const written: string[] = [];
    const out = { isTTY: true, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
    showProgress('pack', 100, out).end(note);
    return written.join('');
  };
  expect(endOf()).toMatch(/pack {2}█{20} 100 % .* done\n$/);
  expect(endOf('failed')).toMatch(/pack {2}failed\n$/);
});

test('columns line up, and no line ends in spaces', () => {
  expect(
    formatTable(
      ['host', 'version'],
      [
        ['web-1', '1'],
        ['a', '10'],
      ],
    ),
  ).toBe('host   version\nweb-1  1\na      10');
});

test('a table gives up the middle of its widest cells before it grows over the terminal', () => {
  const table = formatTable(
    ['FILE', 'SIZE', 'SHA-256'],
    [
      ['payload.full', '12.0 MiB', 'a'.repeat(32) + 'b'.repeat(32)],
      ['x'.repeat(50), '1 B', ''],
    ],
    60,
  );
  for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
  expect(table).toContain('12.0 MiB');
  expect(table).toMatch(/a+…b+/);
});

test.each([
  ['0123456789', 10, '0123456789'],
  ['0123456789', 5, '01…89'],
  ['0123456789', 4, '01…9'],
])('%s in %i places is %s', (text, width, shown) => {
  expect(shorten(text, width)).toBe(shown);
});

test('facts break at words, under each other', () => {
  expect(
    formatFacts(
      [
        ['why', 'the ramp has not reached it'],
        ['at', 'idle'],
      ],
      20,
    ),
  ).toBe('why  the ramp has\n     not reached it\nat   idle');
});

test.each([
  [0, '0 s'],
  [59.6, '1 min'],
  [3700, '1 h 1 min'],
  [90_000, '1 d 1 h'],
])('%f seconds are %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});
