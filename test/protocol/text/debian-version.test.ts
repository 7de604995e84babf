import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareVersions } from '../../../protocol/text/debian-version.ts';

const piece = fc.stringMatching(/^(?:[0-9]{1,3}|[a-z]{1,2}|[.+~]|\.0|rc1|\+deb1[23]u1|~bpo13\+1){1,5}$/);
const version = fc
  .tuple(
    fc.option(fc.integer({ min: 0, max: 2 })),
    piece.map((text) => `1${text}`),
    fc.option(piece),
  )
  .map(([epoch, upstream, revision]) => {
    return `${epoch === null ? '' : `${epoch}:`}${upstream}${revision === null ? '' : `-${revision}`}`;
  });

/** What dpkg itself says about many pairs, in one process of a shell. */
function askDpkg(pairs: readonly (readonly [string, string])[]): number[] {
  const script = [
    'while read -r a b; do',
    '  if dpkg --compare-versions "$a" lt "$b"; then echo -1',
    '  elif dpkg --compare-versions "$a" gt "$b"; then echo 1; else echo 0; fi',
    'done',
  ].join('\n');
  const input = pairs.map(([a, b]) => `${a} ${b}\n`).join('');
  const text = execFileSync('sh', ['-c', script], {
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return text.trim().split('\n').map(Number);
}

test('orders versions as dpkg does', () => {
  const near = fc.tuple(version, version);
  const same = version.map((text): [string, string] => [text, text.replace(/1/, '01')]);
  const pairs = fc.sample(fc.oneof({ weight: 9, arbitrary: near }, same), { numRuns: 400, seed: 13 });
  const known: [string, string][] = [
    ['6.12.9', '6.12.43'],
    ['6.12.43+deb13-amd64', '6.12.9+deb13-amd64'],
    ['1.0~rc1', '1.0'],
    ['1:0.1', '9'],
    ['1.0-1', '1.0-1~bpo13+1'],
    ['1.0', '1.0-0'],
    ['2.0+dfsg-1', '2.0.1-1'],
  ];
  const all = [...known, ...pairs];
  expect(all.map(([a, b]) => Math.sign(compareVersions(a, b)))).toEqual(askDpkg(all));
});
