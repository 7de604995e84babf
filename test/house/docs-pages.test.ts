import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { readSources, root } from './import-graph.ts';

const pages = globSync('{*.md,{docs,images}/**/*.md}', { cwd: root }).map((file) => ({
  file,
  text: readFileSync(join(root, file), 'utf8'),
}));
const anchors = new Map(pages.map(({ file, text }) => [file, anchorsOf(text)]));

test.each(pages)('every anchor that $file links to exists', ({ file, text }) => {
  const targets = [...text.matchAll(/\]\(([^)#\s]*)#([^)\s]+)\)/g)].filter(
    ([, page = '']) => !/^[a-z]+:/.test(page),
  );
  const broken = targets.filter(([, page, anchor = '']) => {
    const path = page ? normalize(join(dirname(file), page)) : file;
    return path.endsWith('.md') && !anchors.get(path)?.includes(anchor);
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

test.each(pages.filter(({ file }) => /^(docs|images)\//.test(file)))(
  '$file has at most 1200 words',
  ({ text }) => {
    expect(text.split(/\s+/).filter(Boolean).length).toBeLessThanOrEqual(1200);
  },
);

test('the index names every page under its kind', () => {
  const index = pages.find(({ file }) => file === 'docs/README.md')?.text ?? '';
  const sections = new Map(index.split(/^## /m).map((each) => [each.split('\n')[0], each]));
  const kinds = {
    tutorials: 'Tutorials',
    'how-to': 'How-to guides',
    reference: 'Reference',
    explanation: 'Explanation',
  };
  for (const [folder, title] of Object.entries(kinds)) {
    const files = globSync('*.md', { cwd: join(root, 'docs', folder) });
    expect(files.length, folder).toBeGreaterThan(0);
    const section = sections.get(title) ?? '';
    expect(files.filter((file) => !section.includes(`](${folder}/${file})`))).toEqual([]);
  }
});

test('every page of docs/ that errors, helps, comments and other pages name exists, with its anchor', () => {
  const sources = [...readSources(), ...readTests(), ...pages];
  const named = sources.flatMap(({ file, text }) =>
    [...text.matchAll(/\bdocs\/[\w/-]+\.(?:md|svg)(?:#[\w-]+)?/g)].map(([page]) => ({ file, page })),
  );
  expect(named.length).toBeGreaterThan(10);
  const missing = named.filter(({ page }) => {
    const [path = '', anchor] = page.split('#');
    return !existsSync(join(root, path)) || (anchor && !anchors.get(path)?.includes(anchor));
  });
  expect(missing).toEqual([]);
});

test('anchors are made as GitHub makes them', () => {
  expect(anchorsOf('# A `b` “c”\n```\n# no\n```\n## Who’s [x](y.md)?\n')).toEqual(['a-b-c', 'whos-x']);
});

function anchorsOf(text: string): string[] {
  return [...text.replace(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function readTests() {
  return globSync('test/**/*.ts', { cwd: root }).map((file) => ({
    file,
    text: readFileSync(join(root, file), 'utf8'),
  }));
}
