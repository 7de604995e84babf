import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { manPages } from '../../docs/man.ts';
import { run } from '../../system/process/run.ts';

const folder = join(import.meta.dirname, '../../docs/man');
const files = readdirSync(folder).toSorted();

test('every verb has a page, and every page a verb', () => {
  expect(files.map((file) => `man/${file}`)).toEqual(Object.keys(manPages).toSorted());
});

test('groff has nothing to say against any page, and each fits a terminal', async () => {
  const pages = files.map((file) => join(folder, file));
  const script = `exec groff -man -Tutf8 -ww -rLL=80n -P-cbou "$@" 2>&1`;
  const text = await run('sh', ['-c', script, 'sh', ...pages]);
  expect(text).not.toMatch(/(warning|error):/);
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(text).toContain('interlock keys init');
});
