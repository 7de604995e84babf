import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { pairFiles } from '../../builder/delta/pair-files.ts';
import { hashRegions } from '../../builder/payload/hash-regions.ts';
import { listRegions } from '../../builder/payload/list-regions.ts';
import { partFiles, partOf } from '../../builder/payload/part-files.ts';
import { run } from '../../system/process/run.ts';
import type { Pair } from './pairs.ts';

/**
 * The least that anybody makes of a pair file by file: for each changed file the smallest of zstd -19, the same with the
 * old file as dictionary, and bsdiff; nothing for what is there already. The files are paired as our builder pairs them.
 */
export async function limitOf({ old, next }: Pair, work: string): Promise<number> {
  const sides = await Promise.all(
    [old, next].map(async ({ dir }) => {
      const files = partFiles(dir);
      const contents = { root: await readFile(files.root), boot: await readFile(files.boot) };
      return { contents, regions: await hashRegions(files, await listRegions(files)) };
    }),
  );
  const [before, after] = sides as [(typeof sides)[0], (typeof sides)[0]];
  const pairings = pairFiles(before.regions, after.regions);
  let sum = 0;
  for (const [index, { part, offset, size }] of after.regions.entries()) {
    const pairing = pairings[index]!;
    if (pairing.kind === 'same' || size === 0) continue;
    const bytes = after.contents[part].subarray(offset, offset + size);
    const sizes = [pack(bytes, null)];
    if (pairing.kind === 'changed') {
      const { space, from, length } = pairing.base;
      const base = before.contents[partOf(space)].subarray(from, from + length);
      sizes.push(pack(bytes, base), await bsdiff(base, bytes, work));
    }
    sum += Math.min(...sizes);
  }
  return sum;
}

function pack(bytes: Buffer, dictionary: Buffer | null): number {
  const window = Math.min(27, Math.ceil(Math.log2(bytes.length + (dictionary?.length ?? 0) + 1024)));
  const params = { [constants.ZSTD_c_compressionLevel]: 19, [constants.ZSTD_c_windowLog]: window };
  return zstdCompressSync(bytes, { params, pledgedSrcSize: bytes.length, ...(dictionary && { dictionary }) })
    .length;
}

async function bsdiff(old: Buffer, next: Buffer, work: string): Promise<number> {
  const [a, b, out] = ['a', 'b', 'out'].map((name) => join(work, name)) as [string, string, string];
  await writeFile(a, old);
  await writeFile(b, next);
  await run('bsdiff', [a, b, out]);
  return (await stat(out)).size;
}
