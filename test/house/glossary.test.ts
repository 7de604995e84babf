import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSources, root, type Source } from './import-graph.ts';

/** Words that have given way to the one on the right (docs/glossary.md): none may be part of a name in the code. */
const retired: Record<string, string> = {
  aspect: 'tone',
  braked: 'stopped by failures',
  calm: 'normal',
  carried: 'offline',
  costly: 'expensive',
  desk: 'dashboard',
  enrol: 'enroll',
  feeling: 'load',
  lever: 'action',
  levers: 'actions',
  news: 'changes',
  sightings: 'check-in records',
  steer: 'control',
  steering: 'control',
  story: 'details',
  survey: 'host counts',
  surveyor: 'host counts',
  told: 'logged',
};

/** Those that no document says either; decisions and the change log keep the words of their day. */
const retiredInDocuments: Record<string, string> = {
  carried: 'offline',
  desk: 'dashboard',
  enrol: 'enroll',
  enrolment: 'enrollment',
  lever: 'action',
  levers: 'actions',
  sighting: 'check-in record',
  sightings: 'check-in records',
  steer: 'control',
  steering: 'control',
  surveyor: 'host counts',
};

const glossary = globSync('docs/reference/glossary/*.md', { cwd: root }).map((file) =>
  readFileSync(join(root, file), 'utf8'),
);
const sources = readSources();
const documents = globSync(
  ['{README,CONTRIBUTING,SECURITY}.md', 'docs/{,!(decisions|man)/**/}*.md', 'images/**/*.md'],
  {
    cwd: root,
  },
);

test.each(Object.entries(retired))('no name in the code has “%s”: it is “%s”', (word) => {
  const found = sources.flatMap((source) =>
    namesOf(source)
      .filter((name) => wordsOf(name).includes(word))
      .map((name) => `${source.file}: ${name}`),
  );
  expect([...new Set(found)]).toEqual([]);
});

test.each(Object.entries(retiredInDocuments))('no document says “%s”: it is “%s”', (word) => {
  const found = documents.filter((file) =>
    new RegExp(`\\b${word}\\b`, 'i').test(proseOf(readFileSync(join(root, file), 'utf8'))),
  );
  expect(found).toEqual([]);
});

test('each term of the glossary appears once, in alphabetical order, with a sentence and a source', () => {
  expect(glossary).toHaveLength(5);
  const terms = glossary.flatMap((section) => {
    const rows = [...section.matchAll(/^\| (?!term|---)([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)];
    for (const [row, , sentence] of rows) expect(sentence, row).toMatch(/\.$/);
    const inSection = rows.map(([, term = '']) => term);
    const sorted = inSection.toSorted((a, b) => keyOf(a).localeCompare(keyOf(b), 'en'));
    expect(inSection).toEqual(sorted);
    return inSection;
  });
  expect(terms.length).toBeGreaterThan(80);
  expect(new Set(terms).size).toBe(terms.length);
});

test('names are taken apart into words', () => {
  expect(wordsOf('lastSeenAt')).toEqual(['last', 'seen', 'at']);
  expect(wordsOf('HTTP_CODE')).toEqual(['http', 'code']);
  expect(wordsOf('parseTUFRoot')).toEqual(['parse', 'tuf', 'root']);
});

/** Every identifier of a file, once, and the file's own name. */
function namesOf({ file, text }: Source): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'/g, ' ');
  return [...new Set([...file.split(/[/.]/), ...(code.match(/[A-Za-z_$][\w$]*/g) ?? [])])];
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
}

function keyOf(term: string): string {
  return term.replaceAll('`', '').toLowerCase();
}

/** A page without code, and without the targets of its links. */
function proseOf(text: string): string {
  return text
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`]*`/g, '')
    .replace(/\]\([^)]*\)/g, ']');
}
