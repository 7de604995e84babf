import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fullPayload } from '../protocol/documents/release.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { run } from '../system/process/run.ts';
import { timed } from './build/timed.ts';
import type { Measured } from './figure.ts';
import { adaptiveFetches } from './update-size/adaptive.ts';
import { kept } from './update-size/kept.ts';
import { limitOf } from './update-size/limit.ts';
import { metadataBytes } from './update-size/metadata.ts';
import { applyPayload, fullRootBytes, makeDelta } from './update-size/ours.ts';
import { makePair, type Pair, type PairName, pairNames } from './update-size/pairs.ts';
import { type Outcome, peers } from './update-size/peers.ts';
import { ourSides, type Sides, shippedSides } from './update-size/sides.ts';
import { makeLauncher } from './update-speed/launcher.ts';

/** One line that says what is measured. */
export const summary = `bytes from one version to another, beside whole-image and per-file peers (--pair ${pairNames.join('|')}; peers' figures are kept)`;

const mebibyte = 1024 * 1024;
const isSecurity = (name: PairName) => name.startsWith('security');

/** What a delta must reach, in bytes. */
const mostBytes: Partial<Record<PairName, number>> = { 'config-file': 16_000, 'one-package': 300_000 };
/** What it must reach where peers get the tree as Debian ships it. */
const mostOfPeer: Record<string, number> = {
  'OSTree static delta': 0.45,
  'xdelta3 -9': 0.4,
  casync: 0.2,
  'RAUC adaptive, by its rule': 0.2,
};

/** Builds the pairs that are asked for, one after the other, and measures our payloads and everybody else's. */
export async function* bench(wanted: readonly string[]): AsyncGenerator<Measured> {
  const names = wanted.length > 0 ? wanted : pairNames.slice(0, 3);
  const work = await mkdtemp(join(tmpdir(), 'bench-update-size-'));
  try {
    for (const name of names) {
      if (!isPair(name))
        throw new InterlockError('usage', { problem: `no pair ${name}: ${pairNames.join()}` });
      const pair = await makePair(name, work);
      yield* measure(pair, work);
      for (const { dir } of [pair.old, pair.next]) await rm(dir, { recursive: true });
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function isPair(name: string): name is PairName {
  return (pairNames as readonly string[]).includes(name);
}

interface Own {
  delta: number;
  adaptive: number;
  making: Outcome['make'];
  applying: Outcome['make'];
}

async function* measure(pair: Pair, work: string): AsyncGenerator<Measured> {
  const own = yield* measureOurs(pair, work);
  yield* againstLimit(pair, own, work);
  for (const [kind, lay] of Object.entries({ 'same tree': ourSides, 'as Debian ships it': shippedSides })) {
    yield* againstPeers(pair, own, kind, lay, work);
  }
  yield* againstFull(pair, own, work);
}

async function* measureOurs(pair: Pair, work: string): AsyncGenerator<Measured, Own> {
  const { name, next } = pair;
  const launcher = await makeLauncher(work);
  const { dir, made, taken } = await makeDelta(pair, work);
  const full = { ...fullPayload(next.release) };
  const delta = made?.size ?? full.size;
  const most = mostBytes[name];
  const metadata = await inFolder(work, (folder) => metadataBytes(pair, dir, folder));
  yield { figure: `${name}: signed metadata`, value: metadata, unit: 'B' };
  const all = delta + metadata;
  yield { figure: `${name}: delta and metadata`, value: all, unit: 'B', ...(most && { atMost: most }) };
  yield { figure: `${name}: making it, processor`, value: taken.cpu, unit: 's', atMost: 120 };
  yield {
    figure: `${name}: making it, peak memory`,
    value: taken.peak / mebibyte,
    unit: 'MiB',
    atMost: 1024,
  };
  const applying = await applyPayload(pair, { dir, payload: made ?? full }, [launcher], work);
  yield { figure: `${name}: applying it, processor`, value: applying.cpu, unit: 's' };
  yield {
    figure: `${name}: applying it, peak memory`,
    value: applying.peak / mebibyte,
    unit: 'MiB',
    atMost: 128,
  };
  const adaptive = await adaptiveFetches(pair);
  yield {
    figure: `${name}: no delta made`,
    value: adaptive,
    unit: 'B',
    ...(name === 'one-package' && { atMost: 3_000_000 }),
  };
  yield {
    figure: `${name}: delta`,
    value: delta,
    unit: 'B',
    peer: 'our full payload',
    peerValue: full.size,
    ...(name === 'major' && { atMost: 1.02 }),
  };
  await rm(dir, { recursive: true });
  return { delta, adaptive, making: taken, applying };
}

async function* againstLimit(pair: Pair, own: Own, work: string): AsyncGenerator<Measured> {
  const { name } = pair;
  const source = await readFile(join(import.meta.dirname, 'update-size/limit.ts'), 'utf8');
  const key = [source, await packageVersion('bsdiff'), process.versions.zstd ?? '', ...rootHashes(pair)];
  const limit = await kept(['limit', ...key], () => inFolder(work, (folder) => limitOf(pair, folder)));
  yield {
    figure: `${name}: delta`,
    value: own.delta,
    unit: 'B',
    peer: 'the least by file',
    peerValue: limit,
    ...(isSecurity(name) && { atMost: 1.05 }),
  };
}

async function* againstFull(pair: Pair, own: Own, work: string): AsyncGenerator<Measured> {
  const { name, next } = pair;
  const root = join(next.dir, 'root.erofs');
  const full = [await packageVersion('zstd'), next.release.root.sha256];
  const packed = await kept(['zstd -19', ...full], () =>
    inFolder(work, async (folder) => {
      const out = join(folder, 'z');
      const make = await timed(['zstd', '-q', '-19', '-T1', root, '-o', out]);
      return { bytes: (await stat(out)).size, make, apply: await timed(['zstd', '-dc', out]) };
    }),
  );
  yield {
    figure: `${name}: full payload, root`,
    value: await fullRootBytes(pair),
    unit: 'B',
    peer: 'zstd -19',
    peerValue: packed.bytes,
    atMost: 1.03,
  };
  yield* besides(name, own, 'zstd -19, full', packed);
}

async function* againstPeers(
  pair: Pair,
  own: Own,
  kind: string,
  lay: (pair: Pair, work: string) => Promise<Sides>,
  work: string,
): AsyncGenerator<Measured> {
  const { name } = pair;
  const folder = join(work, 'sides');
  await mkdir(folder);
  let sides: Sides | null = null;
  const adaptive: number[] = [];
  for (const { name: peer, package: brings, isAdaptive, measure } of peers) {
    const source = await readFile(join(import.meta.dirname, 'update-size/sides.ts'), 'utf8');
    const key = [kind, peer, await packageVersion(brings), source, ...rootHashes(pair)];
    const outcome = await kept(key, async () => {
      sides ??= await lay(pair, folder);
      return inFolder(work, (place) => measure(sides!, place));
    });
    const figure = `${name}: delta, ${kind}`;
    if (!outcome) {
      process.stderr.write(`${figure}: too little memory for ${peer}\n`);
      continue;
    }
    const most = kind === 'same tree' ? 1 : mostOfPeer[peer];
    const atMost = isSecurity(name) ? most : undefined;
    const peerValue = outcome.bytes;
    yield { figure, value: own.delta, unit: 'B', peer, peerValue, ...(atMost && { atMost }) };
    if (isAdaptive) adaptive.push(outcome.bytes);
    if (kind === 'same tree') yield* besides(name, own, peer, outcome);
  }
  yield {
    figure: `${name}: no delta made, ${kind}`,
    value: own.adaptive,
    unit: 'B',
    peer: 'the better of casync and RAUC',
    peerValue: Math.min(...adaptive),
    ...(isSecurity(name) && { atMost: 0.65 }),
  };
  await rm(folder, { recursive: true });
}

/** What the peer took for making and applying. */
function* besides(name: PairName, own: Own, peer: string, { make, apply }: Outcome): Generator<Measured> {
  const rows = { 'making it': [own.making, make], 'applying it': [own.applying, apply] } as const;
  for (const [what, [ours, theirs]] of Object.entries(rows)) {
    if (!theirs) continue;
    const figure = `${name}: ${what}, `;
    yield { figure: `${figure}processor`, value: ours.cpu, unit: 's', peer, peerValue: theirs.cpu };
    if (theirs.peak === 0) continue;
    const [value, peerValue] = [ours.peak / mebibyte, theirs.peak / mebibyte];
    yield { figure: `${figure}peak memory`, value, unit: 'MiB', peer, peerValue };
  }
}

function rootHashes({ old, next }: Pair): string[] {
  return [old, next].flatMap(({ release }) => [release.root.verity.rootHash, release.boot.sha256]);
}

async function packageVersion(name: string): Promise<string> {
  return run('dpkg-query', ['-W', name]);
}

async function inFolder<T>(work: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(work, 'peer-'));
  return use(folder).finally(() => rm(folder, { recursive: true }));
}
