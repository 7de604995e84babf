import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { pages } from '../../docs/generate.ts';

const root = join(import.meta.dirname, '../..');

test.each(Object.keys(pages))('docs/%s is what `npm run docs` makes', (name) => {
  expect(readFileSync(join(root, 'docs', name), 'utf8')).toBe(pages[name]?.());
});

const texts = globSync('{*.md,{docs,images}/**/*.md}', { cwd: root });
test.each(texts)('every link in %s leads somewhere', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const targets = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)|src="([^"]+)"/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
  const local = targets.filter((target) => target && !/^[a-z]+:/.test(target));
  expect(local.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([]);
});

test('README.md has at most 600 words', () => {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  const words = text.replace(/\]\([^)]*\)|<img[^>]*>|[|*`#·[]|^\|---.*$/gm, ' ').split(/\s+/);
  expect(words.filter(Boolean).length).toBeLessThanOrEqual(600);
});

test('each verb of the journey is a file that exports it, with a test', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const rows = [
    ...readme.matchAll(/^\| \*\*(\w+)\*\* \| .* \| \[[^\]]+\]\(([^)]+)\) \| \[[^\]]+\]\(([^)]+)\) \|$/gm),
  ];
  expect(rows.map(([, verb]) => verb)).toEqual(
    'define build pack sign publish offer download write lock flip reboot confirm'.split(' '),
  );
  for (const [, verb, file = '', test = ''] of rows) {
    const source = readFileSync(join(root, file), 'utf8');
    expect(source, `${file} exports ${verb}`).toMatch(new RegExp(`export (async )?function\\*? ${verb}\\b`));
    expect(existsSync(join(root, test)), `${verb}: ${test}`).toBe(true);
  }
});
