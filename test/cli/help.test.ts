import { expect, test } from 'vitest';
import { createAgent } from '../../agent/cli/program.ts';
import { createInterlock } from '../../cli/program.ts';
import { allCommands, describeProgram } from '../../system/command/command-tree.ts';
import { problemsOf } from '../docs/check-command.ts';

const programs = [await createInterlock(), await createAgent()].map(describeProgram);
const commands = programs.flatMap(allCommands);

test.each(commands.map((node) => [node.path.join(' '), node] as const))(
  '`%s --help` ends with examples that can be typed',
  (_, { examples }) => {
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      expect(problemsOf(example, programs)).toEqual([]);
      expect(example.length, example).toBeLessThanOrEqual(73);
    }
  },
);

test('no help line is wider than 80 characters', async () => {
  for (const program of [await createInterlock(), await createAgent()]) {
    for (const command of withBelow(program)) {
      const wide = command
        .configureOutput({ getOutHelpWidth: () => 80 })
        .helpInformation()
        .split('\n')
        .filter((line) => line.length > 80);
      expect(wide, command.name()).toEqual([]);
    }
  }
});

test('every command says what it is for in one line of words', () => {
  for (const { path, summary } of commands) expect(summary, path.join(' ')).toMatch(/^\S.{8,}[^.]$/);
});

function withBelow(command: Awaited<ReturnType<typeof createInterlock>>): (typeof command)[] {
  return [command, ...command.commands.flatMap((below) => withBelow(below as typeof command))];
}
