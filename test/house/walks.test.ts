import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/explanation/architecture.md'), 'utf8');
const walks = page
  .split(/^## Walk: /m)
  .slice(1)
  .map((section) => {
    const steps = [...section.matchAll(/^\d+\. .*$/gm)].map(([line]) => line);
    const files = steps.map((line) => /\]\(\.\.\/\.\.\/([^)]+)\)/.exec(line)?.[1] ?? '');
    return [section.split('\n')[0] ?? '', files] as const;
  });

test('there are three walks', () => {
  expect(walks.map(([name]) => name)).toEqual(['one release', 'one check-in', 'one click']);
});

test.each(walks)('the walk of %s leads through files that exist, and returns to no folder', (_, files) => {
  expect(files.length).toBeGreaterThan(4);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  const folders = files.map(dirname).filter((folder, index, all) => folder !== all[index - 1]);
  expect(folders).toEqual([...new Set(folders)]);
});
