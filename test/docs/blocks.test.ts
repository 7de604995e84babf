import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readBlocks, wordOf } from './read-blocks.ts';

const root = join(import.meta.dirname, '../..');
const pages = globSync('{*.md,{docs,images}/**/*.md}', { cwd: root }).filter(
  (page) => !page.startsWith('docs/decisions/'),
);
const blocks = pages.flatMap((page) => readBlocks(join(root, page)).map((block) => ({ ...block, page })));
const reasons = ['host', 'machine', 'operands', 'checkout', 'script'];

function isRun({ words }: { words: readonly string[] }): boolean {
  return words.some((word) => /^(run|background|host|made=.+)$/.test(word));
}

/** Typed in a clean Debian, by `journey/packaging`. */
function isInstalled({ words }: { words: readonly string[] }): boolean {
  return words.includes('debian');
}

test('every block of commands is typed by a test, or says why it cannot be', () => {
  const silent = blocks.filter(
    (block) => !isRun(block) && !isInstalled(block) && !reasons.includes(wordOf(block, 'why') ?? ''),
  );
  expect(silent.map(({ page, line }) => `${page}:${line}`)).toEqual([]);
  expect(blocks.filter(isRun).length).toBeGreaterThan(30);
});

test('a page with a block that is to be typed is one that the test types', () => {
  const typed = readFileSync(join(import.meta.dirname, 'documents.slow.test.ts'), 'utf8');
  const wanting = new Set(blocks.filter(isRun).map(({ page }) => page.replace(/^docs\//, '')));
  expect([...wanting].filter((page) => !typed.includes(`'${page}'`))).toEqual([]);
});

test('the one page that is typed in a clean Debian is one that the journey types', () => {
  const typed = readFileSync(join(root, 'test/journey/packaging.slow.test.ts'), 'utf8');
  const pages = new Set(blocks.filter(isInstalled).map(({ page }) => page));
  expect(pages.size).toBe(1);
  for (const page of pages) expect(typed).toContain(`'${page}'`);
});
