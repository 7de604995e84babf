import { expect, test } from 'vitest';
import { readArguments } from '../../demo/arguments.ts';

test('three virtual machines unless files are asked for, or another number', () => {
  expect(readArguments([])).toEqual({ hosts: 3, isFileBacked: false, isHelp: false });
  expect(readArguments(['--hosts', '2'])).toMatchObject({ hosts: 2, isFileBacked: false });
  expect(readArguments(['--file-backed'])).toMatchObject({ hosts: 3, isFileBacked: true });
  expect(readArguments(['--hosts', '5', '--file-backed'])).toMatchObject({ hosts: 5, isFileBacked: true });
});

test.each([['--hosts', '0'], ['--hosts', '10'], ['--hosts', 'many'], ['--hosts', '1.5'], ['5']])(
  'refuses %s %s',
  (...args) => {
    expect(() => readArguments(args)).toThrow(expect.objectContaining({ code: 'usage' }));
  },
);
