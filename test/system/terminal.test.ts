import { expect, test } from 'vitest';
import { formatBytes, progressLine } from '../../system/terminal.ts';
import { formatTable } from '../../system/terminal-table.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [72_397_564, '72.4 MB'],
  [2 ** 31, '2.15 GB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('a line of progress tells share, rate and time left', () => {
  expect(progressLine('download', 25_000_000, 100_000_000, 5)).toBe(
    'download  █████░░░░░░░░░░░░░░░  25 %  5.00 MB/s  15 s left',
  );
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
