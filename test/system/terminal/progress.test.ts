import { expect, test } from 'vitest';
import { formatBytes, formatSeconds, progressLine, showProgress } from '../../../system/terminal/progress.ts';

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

test('the time left is told once there is enough to tell it from', () => {
  const left = (done: number, seconds: number) => progressLine('x', done, 100_000, seconds).includes('left');
  expect(left(10, 0.1)).toBe(false);
  expect(left(10, 60)).toBe(false);
  expect(left(50_000, 1)).toBe(false);
  expect(left(5_000, 4)).toBe(true);
});

test.each([20, 40, 60, 80, 200])('no line of progress is wider than a terminal of %i', (columns) => {
  for (const done of [0, 30_000_000, 100_000_000]) {
    const line = progressLine('write a file with a long name.raw', done, 100_000_000, 50, columns);
    expect(line.length).toBeLessThanOrEqual(columns);
  }
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

test.each([
  [0, '0 s'],
  [59.6, '1 min'],
  [3700, '1 h 1 min'],
  [90_000, '1 d 1 h'],
])('%f seconds are %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});
