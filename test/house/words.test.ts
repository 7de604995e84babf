import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const readAll = (pattern: string) =>
  globSync(pattern, { cwd: root }).map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

test('commands and the agent write words through print alone, which lets nothing steer a terminal', () => {
  const files = readAll('{cli,agent}/**/*.ts');
  const writers = files.filter(({ text }) =>
    /\bconsole\.|\b(stdout|stderr|out|output)\??\.write\(|process\.std(out|err)\s*[;.]|writeSync\(\s*[12]\b/.test(
      text,
    ),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(writers.map(({ file }) => file)).toEqual([]);
});

test('what system and builder write on a terminal goes through protocol/text/visible.ts', () => {
  const writers = readAll('{system,builder}/**/*.ts').filter(({ text }) =>
    /\bconsole\.|NodeJS\.WriteStream|process\.std(out|err)/.test(text),
  );
  const strays = writers.filter(({ text }) => !/protocol\/text\/visible\.ts|\/print\.ts/.test(text));
  expect(strays.map(({ file }) => file)).toEqual([]);
});

test('the server logs through its logger alone', () => {
  const files = readAll('update-server/**/*.ts');
  const writers = files.filter(({ text }) => /\bconsole\.|\b(stdout|stderr)\b/.test(text));
  const allowed = ['update-server/http/log-stream.ts', 'update-server/ui/print-bundle.ts'];
  expect(writers.map(({ file }) => file).toSorted()).toEqual(allowed);
});

test('what a verb answers in one line is tagged as a line, so that no name in it makes two', () => {
  const untagged = readAll('{cli,agent/cli}/**/*.ts').filter(({ text }) =>
    /(\btext: |\btext = )`[^`]*\$\{/.test(text),
  );
  expect(untagged.map(({ file }) => file)).toEqual([]);
});
