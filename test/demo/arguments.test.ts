import { expect, test } from 'vitest';
import { readArguments } from '../../demo/arguments.ts';

test('three file-backed hosts unless machines are asked for, or a number of them', () => {
  expect(readArguments([])).toEqual({ hosts: 3, isFileBacked: true, isHelp: false });
  expect(readArguments(['--machines'])).toMatchObject({ hosts: 3, isFileBacked: false });
  expect(readArguments(['--hosts', '2'])).toMatchObject({ hosts: 2, isFileBacked: false });
  expect(readArguments(['--hosts', '5', '--file-backed'])).toMatchObject({ hosts: 5, isFileBacked: true });
});

test.each([['--hosts', '0'], ['--hosts', '10'], ['--hosts', 'many'], ['--hosts', '1.5'], ['5']])(
  'refuses %s %s',
  (...args) => {
    expect(() => readArguments(args)).toThrow(expect.objectContaining({ code: 'usage' }));
  },
);
