import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAgent } from '../../agent/cli/program.ts';
import { createInterlock } from '../../cli/program.ts';
import { errorTable } from '../../protocol/errors/error-table.ts';
import { allCommands, describeProgram } from '../../system/command/command-tree.ts';
import { problemsOf } from './check-command.ts';

const root = join(import.meta.dirname, '../..');
const programs = [await createInterlock(), await createAgent()].map(describeProgram);
const pages = globSync('{*.md,{docs,images}/**/*.md}', { cwd: root });

test.each(pages)('every command in %s exists, with its flags', (page) => {
  expect(commandsIn(readFileSync(join(root, page), 'utf8')).flatMap(check)).toEqual([]);
});

test.each(pages.filter((page) => !page.includes('decisions') && page !== 'CHANGELOG.md'))(
  'every command with an operand in %s can be typed as it stands',
  (page) => {
    const verbs = programs.flatMap(allCommands).map(({ path }) => path.slice(1).join(' '));
    const spans = commandsIn(readFileSync(join(root, page), 'utf8'));
    const isHalf = (span: string) =>
      verbs.some(
        (verb) =>
          verb && span.startsWith(`${verb} `) && /^ (--[a-z]|[A-Z]+\b(?!=))/.test(span.slice(verb.length)),
      );
    expect(spans.filter(isHalf)).toEqual([]);
  },
);

test('what errors tell people to type exists', () => {
  const remedies = Object.values(errorTable).map(({ remedy }) => remedy);
  expect(remedies.flatMap(check)).toEqual([]);
});

test('a wrong verb, a wrong flag and a verb of another group are found', () => {
  expect(check('interlock publihs x')).toHaveLength(1);
  expect(check('interlock publish x --chanel alpha')).toHaveLength(1);
  expect(check('interlock keys renew|rotaet DIR')).toHaveLength(1);
  expect(check('x && interlock rollout hold y | cat')).toHaveLength(1);
  expect(check('interlock-agent status --jsno')).toHaveLength(1);
  expect(check('interlock --json rollout list --name=core # publish')).toEqual([]);
});

function check(line: string): string[] {
  return problemsOf(line, programs);
}

/** Lines of code blocks, with `\` at their end joined, and spans of code in prose. */
function commandsIn(text: string): string[] {
  const fences = /^```[^\n]*\n([\s\S]*?)^```/gm;
  const blocks = [...text.matchAll(fences)].flatMap(([, block = '']) =>
    block.replaceAll('\\\n', ' ').split('\n'),
  );
  const spans = [...text.replace(fences, '').matchAll(/`([^`]+)`/g)].map(([, span = '']) =>
    span.replaceAll('\n', ' '),
  );
  return [...blocks, ...spans];
}
