import { hash } from 'node:crypto';
import { appendFile, copyFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { run } from '../../system/run.ts';
import type { Pair, Placed } from './pairs.ts';

/** What a peer needs to bring a host from one version to the other, in bytes; each in a folder of its own. */
export const peers: Record<string, (pair: Pair, work: string) => Promise<number>> = {
  'xdelta3 -9': async ({ old, next }, work) => {
    const out = join(work, 'x');
    const files = [await imageOf(old, work, 'old'), await imageOf(next, work, 'new'), out];
    await run('xdelta3', ['-9', '-B', '1073741824', '-e', '-f', '-s', ...files]);
    return sizeOf(out);
  },
  'zstd -19 --patch-from': async ({ old, next }, work) => {
    const out = join(work, 'z');
    const from = `--patch-from=${await imageOf(old, work, 'old')}`;
    await run('zstd', ['-q', '-19', '-T1', '--long=31', from, await imageOf(next, work, 'new'), '-o', out]);
    return sizeOf(out);
  },
  casync: async ({ old, next }, work) => {
    const store = join(work, 'store');
    const make = async (name: string, placed: Placed) =>
      run('casync', [
        'make',
        `--store=${store}`,
        join(work, name),
        await imageOf(placed, work, `${name}.img`),
      ]);
    await make('old.caibx', old);
    const before = await folderSize(store);
    await make('new.caibx', next);
    return (await folderSize(store)) - before + (await sizeOf(join(work, 'new.caibx')));
  },
  'RAUC adaptive, by its rule': async ({ old, next }, work) =>
    raucFetches(await imageOf(old, work, 'old'), await imageOf(next, work, 'new')),
  'OSTree static delta': async ({ old, next }, work) => {
    const repo = join(work, 'repo');
    const ostree = (...words: string[]) => run('ostree', [...words, `--repo=${repo}`]);
    await ostree('init', '--mode=archive');
    for (const [branch, { dir }] of Object.entries({ old, next })) {
      const tree = join(work, branch);
      await run('fsck.erofs', [`--extract=${tree}`, '--no-preserve', join(dir, 'root.erofs')]);
      await copyFile(join(dir, 'boot.efi'), join(tree, 'boot.efi'));
      await ostree('commit', '-b', branch, `--tree=dir=${tree}`, '--owner-uid=0', '--owner-gid=0');
      await rm(tree, { recursive: true });
    }
    await ostree('static-delta', 'generate', '--from=old', '--to=next', '--min-fallback-size=0');
    return folderSize(join(repo, 'deltas'));
  },
};

/** Root and boot file in one, for those who know images only: the whole of what a host must get. */
async function imageOf({ dir }: Placed, work: string, name: string): Promise<string> {
  const image = join(work, name);
  await copyFile(join(dir, 'root.erofs'), image);
  await appendFile(image, await readFile(join(dir, 'boot.efi')));
  return image;
}

const block = 4096;
const squashBlock = 128 * 1024;
const indexEntry = 32;

/**
 * RAUC's block-hash-index: blocks of 4 KiB that the old image has are not fetched; the rest comes in the packed blocks of
 * 128 KiB that hold them, besides the index. Computed, for the live client needs nbd.
 */
async function raucFetches(old: string, next: string): Promise<number> {
  const known = new Set<string>();
  await eachPiece(old, (piece) => {
    for (let at = 0; at < piece.length; at += block)
      known.add(hash('sha256', piece.subarray(at, at + block)));
  });
  let fetched = 0;
  await eachPiece(next, (piece) => {
    let isMissing = false;
    for (let at = 0; at < piece.length; at += block) {
      isMissing ||= !known.has(hash('sha256', piece.subarray(at, at + block)));
      fetched += indexEntry;
    }
    const params = { [constants.ZSTD_c_compressionLevel]: 15 };
    if (isMissing) fetched += zstdCompressSync(piece, { params }).length;
  });
  return fetched;
}

async function eachPiece(file: string, use: (piece: Buffer) => void): Promise<void> {
  const bytes = await readFile(file);
  for (let at = 0; at < bytes.length; at += squashBlock) use(bytes.subarray(at, at + squashBlock));
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file)).size;
}

async function folderSize(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = found
    .filter((entry) => entry.isFile())
    .map((entry) => sizeOf(join(entry.parentPath, entry.name)));
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
