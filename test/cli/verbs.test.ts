import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../system/process/run.ts';

const root = join(import.meta.dirname, '../..');
const files = globSync('cli/*.ts', { cwd: root }).filter((file) =>
  /export function add[A-Z]\w*\(program: Command\)/.test(readFileSync(join(root, file), 'utf8')),
);

test('every verb that a file of cli/ adds is one that interlock knows', async () => {
  const help = await run(join(root, 'bin/interlock'), ['--help']);
  const known = [...help.matchAll(/^ {2}([a-z]+)/gm)].map(([, verb]) => verb);
  expect(known).toEqual(
    expect.arrayContaining(files.map((file) => file.slice('cli/'.length, -'.ts'.length))),
  );
  expect(known).toContain('lock');
});
