import { hash } from 'node:crypto';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { run } from '../../system/process/run.ts';
import { type Taken, timed } from '../build/timed.ts';
import type { Sides } from './sides.ts';

/** What a peer needs to bring a host from one version to the other, and what making and applying that took. */
export interface Outcome {
  bytes: number;
  make: Taken;
  /** Null where this machine cannot apply it. */
  apply: Taken | null;
}

/** Somebody else's way, by a Debian package. */
export interface Peer {
  name: string;
  /** The Debian package whose version a figure belongs to. */
  package: string;
  /** True for those that need nothing made for one particular old version. */
  isAdaptive?: boolean;
  /** Works in a folder of its own; null where that needs too much memory. */
  measure(sides: Sides, work: string): Promise<Outcome | null>;
}

/** Everybody who is measured, the quick ones first. */
export const peers: Peer[] = [
  {
    name: 'xdelta3 -9',
    package: 'xdelta3',
    measure: (sides, work) =>
      byFiles(sides, work, {
        make: (old, next, out) => ['xdelta3', '-9', '-B', '1073741824', '-e', '-f', '-s', old, next, out],
        apply: (old, patch, out) => ['xdelta3', '-d', '-B', '1073741824', '-f', '-s', old, patch, out],
      }),
  },
  { name: 'OSTree static delta', package: 'ostree', measure: byOstree },
  { name: 'casync', package: 'casync', isAdaptive: true, measure: byCasync },
  { name: 'RAUC adaptive, by its rule', package: 'zstd', isAdaptive: true, measure: byRaucRule },
  {
    name: 'zstd -19 --patch-from',
    package: 'zstd',
    measure: (sides, work) =>
      byFiles(sides, work, {
        make: (old, next, out) => [...zstdLong, '-19', '-T1', `--patch-from=${old}`, next, '-o', out],
        apply: (old, patch, out) => [...zstdLong, '-d', `--patch-from=${old}`, patch, '-o', out],
      }),
  },
  { name: 'bsdiff', package: 'bsdiff', measure: byBsdiff },
];

const zstdLong = ['zstd', '-q', '-f', '--long=31'];

async function byFiles(
  { old, next }: Sides,
  work: string,
  { make, apply }: Record<'make' | 'apply', (old: string, other: string, out: string) => string[]>,
): Promise<Outcome> {
  const [patch, again] = [join(work, 'patch'), join(work, 'again')];
  const made = await timed(make(old.image, next.image, patch));
  const applied = await timed(apply(old.image, patch, again));
  await run('cmp', [again, next.image]);
  return { bytes: (await stat(patch)).size, make: made, apply: applied };
}

/** Above this bsdiff sorts for hours: 640 MB of image need 11 GiB. */
const bsdiffMemory = 6 * 1024 ** 3;

/** bsdiff holds both images, and an index of eight bytes for each byte of the old one, twice. */
async function byBsdiff(sides: Sides, work: string): Promise<Outcome | null> {
  const need = (await stat(sides.old.image)).size * 17 + (await stat(sides.next.image)).size;
  if (need > Math.min(freemem(), bsdiffMemory)) return null;
  return byFiles(sides, work, {
    make: (old, next, out) => ['bsdiff', old, next, out],
    apply: (old, patch, out) => ['bspatch', old, out, patch],
  });
}

async function byOstree({ old, next }: Sides, work: string): Promise<Outcome> {
  const [from, to, delta] = [join(work, 'from'), join(work, 'to'), join(work, 'delta')];
  const ostree = (repo: string, ...words: string[]) => ['ostree', ...words, `--repo=${repo}`];
  // device nodes, which it cannot hold
  await run('find', [old.tree, next.tree, '-type', 'b,c,p,s', '-delete']);
  const commit = (repo: string, branch: string, tree: string) => {
    const same = ['--owner-uid=0', '--owner-gid=0', '--timestamp=@0'];
    return timed(ostree(repo, 'commit', '-b', branch, `--tree=dir=${tree}`, ...same));
  };
  for (const [repo, mode] of [
    [from, 'archive'],
    [to, 'bare-user'],
  ] as const) {
    await run('ostree', ['init', `--repo=${repo}`, `--mode=${mode}`]);
    await commit(repo, 'old', old.tree);
  }
  await commit(from, 'next', next.tree);
  const words = ['static-delta', 'generate', '--from=old', '--to=next', '--min-fallback-size=0'];
  const made = await timed(ostree(from, ...words, '--inline', `--filename=${delta}`));
  const applied = await timed(ostree(to, 'static-delta', 'apply-offline', delta));
  const bytes = (await stat(delta)).size;
  return { bytes, make: made, apply: applied };
}

/** Chunks that the old version's store lacks, and the index. */
async function byCasync({ old, next }: Sides, work: string): Promise<Outcome> {
  const store = join(work, 'store');
  const casync = (...words: string[]) => timed(['casync', ...words, `--store=${store}`]);
  await casync('make', join(work, 'old.caibx'), old.image);
  const before = await folderSize(store);
  const index = join(work, 'next.caibx');
  const made = await casync('make', index, next.image);
  const again = join(work, 'again');
  const applied = await casync('extract', `--seed=${old.image}`, '--seed-output=no', index, again);
  await run('cmp', [again, next.image]);
  const bytes = (await folderSize(store)) - before + (await stat(index)).size;
  return { bytes, make: made, apply: applied };
}

const block = 4096;
const squashBlock = 128 * 1024;
const indexEntry = 32;

/**
 * RAUC's block-hash-index: blocks of 4 KiB that the old image has are not fetched; the rest comes in the packed blocks of
 * 128 KiB that hold them, besides the index. Computed, for the live client needs nbd.
 */
async function byRaucRule({ old, next }: Sides): Promise<Outcome> {
  const started = process.cpuUsage();
  const since = performance.now();
  const known = new Set<string>();
  await eachPiece(old.image, (piece) => {
    for (let at = 0; at < piece.length; at += block)
      known.add(hash('sha256', piece.subarray(at, at + block)));
  });
  let bytes = 0;
  await eachPiece(next.image, (piece) => {
    let isMissing = false;
    for (let at = 0; at < piece.length; at += block) {
      isMissing ||= !known.has(hash('sha256', piece.subarray(at, at + block)));
      bytes += indexEntry;
    }
    const params = { [constants.ZSTD_c_compressionLevel]: 15 };
    if (isMissing) bytes += zstdCompressSync(piece, { params }).length;
  });
  const { user, system } = process.cpuUsage(started);
  const make = { cpu: (user + system) / 1e6, wall: (performance.now() - since) / 1000, peak: 0 };
  return { bytes, make, apply: null };
}

async function eachPiece(file: string, use: (piece: Buffer) => void): Promise<void> {
  const bytes = await readFile(file);
  for (let at = 0; at < bytes.length; at += squashBlock) use(bytes.subarray(at, at + squashBlock));
}

async function folderSize(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = found
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
