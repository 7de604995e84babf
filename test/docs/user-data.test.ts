import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { otherKeys } from '../../protocol/cloud-config/keys/other-keys.ts';
import { readKeys } from '../../protocol/cloud-config/plan-document.ts';
import { readUserData } from '../../system/user-data/read-user-data.ts';

const root = join(import.meta.dirname, '../..');
const pages = globSync('{docs,images}/**/*.md', { cwd: root }).map((page) => ({
  page,
  text: readFileSync(join(root, page), 'utf8'),
}));
const examples = pages.flatMap(({ page, text }) =>
  [...text.matchAll(/^```yaml\n(#cloud-config\n[\s\S]*?)^```$/gm)].map(([, document = '']) => ({
    page,
    document,
  })),
);

test.each(examples)('the user-data in $page is applied without a word', ({ document }) => {
  expect(readUserData(Buffer.from(document)).problems).toEqual([]);
});

test('there is an example', () => {
  expect(examples.map(({ page }) => page)).toContain('docs/how-to/user-data.md');
});

test('the reference names every key that is read', () => {
  const text = pages.find(({ page }) => page === 'docs/reference/user-data.md')?.text ?? '';
  expect(readKeys.filter((key) => !text.includes(`\`${key}\``) && key !== 'user')).toEqual([]);
});

test('no key is both read and not read', () => {
  expect(readKeys.filter((key) => Object.hasOwn(otherKeys, key))).toEqual([]);
});
