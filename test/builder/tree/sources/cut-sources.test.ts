import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addSource } from '../../../../builder/tree/sources/add-source.ts';
import { makeTar } from '../../support/make-tar.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cut-sources-'));
});
afterAll(() => rm(dir, { recursive: true }));

const tar = makeTar([
  { path: 'a', type: '5', mode: 0o755 },
  { path: 'a/one', type: '0', content: Buffer.alloc(700, 'x') },
  { path: 'a/two', type: '0', content: Buffer.alloc(10, 'y') },
]);
const add = async (bytes: Buffer) => {
  const path = join(dir, 'given.tar');
  await writeFile(path, bytes);
  const tree = new Map();
  await addSource(tree, { tar: path }, join(dir, 'spool'), 'x86-64');
  return [...tree.keys()];
};

test.each([
  ['plain', tar, tar.length - 1024],
  ['gzip', gzipSync(tar), Number.POSITIVE_INFINITY],
  ['zstd', zstdCompressSync(tar), Number.POSITIVE_INFINITY],
])(
  'a tar (%s) that was cut anywhere, also between two entries, is refused by its name',
  async (_, whole, end) => {
    expect(await add(whole)).toEqual(['a', 'a/one', 'a/two']);
    const most = Math.min(whole.length, end);
    const cuts = new Set([0, 1, most - 1, ...Array.from({ length: 20 }, (_, index) => 512 * index)]);
    for (const cut of Array.from({ length: 40 }, (_, index) => Math.floor((index * most) / 40)))
      cuts.add(cut);
    for (const cut of [...cuts].filter((at) => at >= 0 && at < most)) {
      await expect(add(whole.subarray(0, cut)), `cut at ${cut}`).rejects.toMatchObject({
        code: 'bad_input',
        details: { what: join(dir, 'given.tar') },
      });
    }
  },
);

test('what is wrong with an entry is said with the names of both', async () => {
  const outside = makeTar([{ path: '../x', type: '0' }]);
  await expect(add(outside)).rejects.toMatchObject({ details: { what: `${join(dir, 'given.tar')}: ../x` } });
});

test('a folder that says it has bytes, and a link with bytes behind it, hold nothing up', async () => {
  for (const type of ['5', '2', '1']) {
    const odd = makeTar([
      { path: 'a', type, linkname: 'b', content: Buffer.alloc(600, 'z') },
      { path: 'b', type: '0' },
    ]);
    await add(odd).catch((error) => expect(error).toMatchObject({ code: 'bad_input' }));
  }
});
