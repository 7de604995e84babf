import { expect, test } from 'vitest';
import { createInterlock } from '../../cli/program.ts';
import { allCommands, describeProgram } from '../../system/command/command-tree.ts';

const commands = allCommands(describeProgram(await createInterlock()));
const lists = commands.filter(({ path }) => path.at(-1) === 'list' || path.at(-1) === 'audit');

test('there are lists', () => {
  expect(lists.length).toBeGreaterThanOrEqual(4);
});

test.each(lists.map((node) => [node.path.join(' '), node] as const))(
  '`%s` can be sorted, filtered and read by programs',
  (_, { options }) => {
    const flags = options.map(({ flag }) => flag);
    expect(flags).toEqual(expect.arrayContaining(['--columns', '--sort', '--no-header', '--output']));
  },
);
