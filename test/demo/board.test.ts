import { expect, test } from 'vitest';
import { createBoard } from '../../demo/board.ts';

test('a line of the board never wraps, so that as many lines are drawn as are taken back', () => {
  const written: string[] = [];
  const out = { isTTY: true, columns: 40, write: (text: string) => written.push(text) };
  const board = createBoard(['host-1', 'lock'], out as unknown as NodeJS.WriteStream);
  board.set('host-1', `1 → 2  ${'█'.repeat(24)}  45 %  download of a very long name`, false);
  board.set('lock', 'held by host-1', false);
  const lines = written
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('  '));
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
});

test('where nothing changes in place, progress is a line when ten seconds went by without one', () => {
  let time = 0;
  const written: string[] = [];
  const out = { isTTY: false, write: (text: string) => written.push(text) };
  const board = createBoard(['n1'], out as unknown as NodeJS.WriteStream, () => time);
  board.set('n1', '1 → 2  10 %', false);
  time = 9_000;
  board.set('n1', '1 → 2  20 %', false);
  expect(written).toEqual([]);
  time = 10_000;
  board.set('n1', '1 → 2  30 %', false);
  time = 12_000;
  board.set('n1', '1 → 2  40 %', false);
  board.set('n1', '2      up to date', true);
  expect(written).toEqual([`  10 s  n1         1 → 2  30 %\n`, `  12 s  n1         2      up to date\n`]);
  time = 22_000;
  board.set('n1', '2      up to date', true);
  expect(written.at(-1)).toBe(`  22 s  n1         2      up to date\n`);
});
