import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { Node } from '../../../protocol/user-data/node.ts';
import { readYaml } from '../../../system/yaml/read-yaml.ts';
import { resolvePlain } from '../../../system/yaml/resolve-plain.ts';

const words =
  `y Y yes Yes YES yEs no n off Off on ON true True tRue false ~ null Null NULL nil 0644 0o644 644 "0644" 420 08 09 010 0
  0b101 0x1F 0xg 1_000 +12 -0 -012 1:30 190:20:30 1:30.5 1:60 1.5 .5 5. 1e3 1.0e3 1.0e+3 .inf -.inf .NaN 1.2.3 2026-12-31
  2026-1-1 10.0.0.1 ::1 a:b 12:30:45:99 0_7 _1 1__0 0x 0b 08:30 00 -1:30 +.5 -.5`.split(/\s+/);

test('words without quotes have the values that PyYAML, which cloud-init reads by, gives them', () => {
  const script = `import yaml, json, sys
out = []
for word in json.load(sys.stdin):
    value = yaml.safe_load(word)
    out.append(repr(value) if isinstance(value, float) else str(value) if hasattr(value, 'isoformat') else value)
print(json.dumps(out))`;
  const answer = execFileSync('/usr/bin/python3', ['-c', script], {
    input: JSON.stringify(words),
    encoding: 'utf8',
  });
  const theirs = Object.fromEntries((JSON.parse(answer) as unknown[]).map((value, at) => [words[at], value]));
  const ours = Object.fromEntries(
    words.map((word) => [
      word,
      asPython(word.startsWith('"') ? word.slice(1, -1) : resolvePlain(word), theirs[word]),
    ]),
  );
  expect(ours).toEqual(theirs);
});

/** A number as Python prints a float; the rest as JSON has it. */
function asPython(value: ReturnType<typeof resolvePlain>, theirs: unknown): unknown {
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  if (typeof value !== 'number' || typeof theirs !== 'string') return value;
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

test('every value knows its line and column', () => {
  const { node, problems } = readYaml(
    '#cloud-config\nusers:\n  - name: core\n    uid: 0755\n    groups: [a, "off", off]\n',
  );
  expect(problems).toEqual([]);
  expect(places(node)).toEqual([
    ['core', 3, 11],
    [0o755, 4, 10],
    ['a', 5, 14],
    ['off', 5, 17],
    [false, 5, 24],
  ]);
});

function places(node: Node | null): unknown[] {
  if (node?.kind === 'map') return node.entries.flatMap(({ value }) => places(value));
  if (node?.kind === 'list') return node.items.flatMap(places);
  return node ? [[node.value, node.at.line, node.at.column]] : [];
}

const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
  .split('')
  .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[at]}`).join(',')}]`)
  .join('\n')}\n`;

test.each([
  ['a key twice', 'a: 1\nb: 2\na: 3\n', 3, 'a is here a second time; the first is on line 1'],
  ['a tab', 'a:\n\tb: 1\n', 2, 'is no valid YAML: tabs are not allowed as indentation'],
  ['an open bracket', 'a: [1, 2\nb: 3\n', 2, 'is no valid YAML'],
  ['two documents', 'a: 1\n---\nb: 2\n', 2, 'is no valid YAML'],
  ['an anchor of anchors', bomb, 6, 'the document has more than 100000 values'],
  ['an anchor inside itself', 'a: &a [1, *a]\n', 1, '*a stands inside the value that it repeats'],
  ['an unknown alias', 'a: *b\n', 1, 'the anchor &b does not exist above'],
  ['a merge', 'a: &a {x: 1}\nb:\n  <<: *a\n', 3, 'merging (<<) is not read'],
  ['a tag that makes objects', 'a: !!python/object:os.system x\n', 1, 'the tag'],
  ['a day that is none', 'a: 2026-13-45\n', 1, '2026-13-45 is no date of the calendar'],
  ['brackets without end', `a: ${'['.repeat(100_000)}`, 1, 'values stand more than 64 deep'],
  ['dashes without end', `a:\n${'- '.repeat(100_000)}`, 2, 'values stand more than 64 deep'],
  ['seventy levels', `a: ${'['.repeat(70)}${']'.repeat(70)}`, 1, 'values stand more than 64 deep'],
])('%s is refused with its line', (_, text, line, problem) => {
  const { problems } = readYaml(text);
  expect(problems[0]?.text).toContain(problem);
  expect(problems[0]?.at.line).toBe(line);
  expect(problems[0]?.instead).not.toBe('');
});

test('as many keys as are read take no longer than they are long', () => {
  const text = Array.from({ length: 19_000 }, (_, at) => `k${at}: v\n`).join('');
  const before = process.cpuUsage();
  expect(readYaml(text).problems).toEqual([]);
  const { user } = process.cpuUsage(before);
  expect(user).toBeLessThan(3e6);
});

test('anchors and binary values are read', () => {
  const { node, problems } = readYaml('a: &k ssh-ed25519 AAAA\nb: *k\nc: !!binary aGFsbG8=\nd: !!str 0644\n');
  expect(problems).toEqual([]);
  expect(
    node?.kind === 'map' && node.entries.map(({ value }) => value.kind === 'scalar' && value.value),
  ).toEqual(['ssh-ed25519 AAAA', 'ssh-ed25519 AAAA', Buffer.from('hallo'), '0644']);
});

test('a text that would cost the parser its stack is too deep, wherever it opens its levels', () => {
  const levels = (line: (at: number) => string) => Array.from({ length: 1400 }, (_, at) => line(at)).join('');
  const texts = [
    '? '.repeat(5000),
    '? &a '.repeat(5000),
    levels((at) => `${' '.repeat(at)}a:\n`),
    levels((at) => `${' '.repeat(at)}?\n`),
    '['.repeat(5000),
  ];
  for (const text of texts)
    expect(readYaml(text).problems.map(({ text }) => text)).toEqual([
      'values stand more than 64 deep inside each other',
    ]);
});

test('what is longer than a machine is ever given costs no second, and is refused where it gets too long', () => {
  const [length, cheap] = [1024 * 1024, 1_500_000];
  const fill = (text: string) => text.repeat(Math.ceil(length / text.length));
  for (const text of [
    fill(']'),
    fill('[]'),
    fill('?\n'),
    fill('- a\n'),
    `a: [${fill('b,')}]`,
    fill('# c\n'),
  ]) {
    const before = process.threadCpuUsage();
    const { node, problems } = readYaml(text);
    const { user, system } = process.threadCpuUsage(before);
    expect(node).toBeNull();
    expect(problems).toMatchObject([{ text: expect.stringContaining('more than 100000 words') }]);
    expect(user + system).toBeLessThan(cheap);
  }
  const content = fill('  [a, b]: {c}\n');
  expect(readYaml(`a: |\n${content}`).problems).toEqual([]);
});
