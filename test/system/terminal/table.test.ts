import { expect, test } from 'vitest';
import { cutEnd } from '../../../system/terminal/cut-end.ts';
import { terminalWidth } from '../../../system/terminal/progress.ts';
import { formatFacts, formatTable, text } from '../../../system/terminal/table.ts';

test('columns line up, and no line ends in spaces', () => {
  const rows = [
    ['web-1', '1'],
    ['a', '10'],
  ];
  expect(formatTable(['host', 'version'], rows)).toBe('host   version\nweb-1  1\na      10');
  const numbers = [{ title: 'good', kind: 'number' } as const, 'host'];
  const shown = formatTable(
    numbers,
    rows.map((row) => row.toReversed()),
  );
  expect(shown).toBe('good  host\n   1  web-1\n  10  a');
});

const sum = 'a'.repeat(32) + 'b'.repeat(32);

test('a column of text gives up its end before a table grows over the terminal, and no other column does', () => {
  const table = formatTable(['SIZE', 'ID', text('WHY')], [['1 B', '12345678', 'long words '.repeat(9)]], 50);
  for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(50);
  expect(table).toMatch(/1 B {3}12345678 {2}long words .*…$/);
});

test('where that is not enough, a row becomes a paragraph with nothing cut', () => {
  const rows = [
    ['payload.full', '12.0 MiB', sum],
    ['root.erofs', '1 B', sum],
  ];
  const shown = formatTable(['FILE', 'SIZE', 'SHA-256'], rows, 60);
  expect(shown).toBe(
    `FILE     payload.full\nSIZE     12.0 MiB\nSHA-256  ${sum}\n\nFILE     root.erofs\nSIZE     1 B\nSHA-256  ${sum}`,
  );
});

test('without a terminal there is no width, and nothing is cut or broken', () => {
  const pipe = { isTTY: false } as NodeJS.WriteStream;
  const width = terminalWidth(pipe);
  const why = 'words '.repeat(100).trim();
  expect(formatTable([text('WHY')], [[why]], width)).toBe(`WHY\n${why}`);
  expect(formatFacts([['why', why]], width)).toBe(`why  ${why}`);
});

test.each([
  ['0123456789', 10, '0123456789'],
  ['0123456789', 5, '0123…'],
])('%s in %i places is %s', (whole, width, shown) => {
  expect(cutEnd(whole, width)).toBe(shown);
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
