import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delta } from '../builder/delta/delta.ts';
import { fullPayload } from '../protocol/release.ts';
import { run } from '../system/run.ts';
import type { Measured } from './figure.ts';
import { adaptiveFetches } from './update-size/adaptive.ts';
import { limitOf } from './update-size/limit.ts';
import { makePairs, type Pair } from './update-size/pairs.ts';
import { peers } from './update-size/peers.ts';

/** One line that says what is measured. */
export const summary =
  'bytes fetched from one version to another, beside whole-image and per-file peers (PAIRS=config,package,security IMAGE=tiny)';

/** What every pair must reach. */
const targets: Record<string, { atMost?: number; limit?: number; adaptive?: number }> = {
  'one config file': { atMost: 16_000 },
  'one package': { atMost: 300_000, adaptive: 3_000_000 },
  'security, trixie': { limit: 1.05 },
  'security, bookworm': { limit: 1.05 },
};

/** Builds pairs out of Debian's packages and measures our payloads and the peers over the same images. */
export async function* bench(): AsyncGenerator<Measured> {
  const work = await mkdtemp(join(tmpdir(), 'bench-update-size-'));
  const wanted = (process.env.PAIRS ?? 'config,package,security').split(',');
  try {
    for await (const pair of makePairs(process.env.IMAGE ?? 'tiny', wanted, work)) yield* measure(pair, work);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function* measure(pair: Pair, work: string): AsyncGenerator<Measured> {
  const { name, old, next } = pair;
  const target = targets[name] ?? {};
  const unit = 'B';
  const cpu = process.cpuUsage();
  const made = await delta(old, next);
  const { user, system } = process.cpuUsage(cpu);
  const size = made?.size ?? fullPayload(next.release).size;
  yield { figure: `${name}: delta`, value: size, unit, ...(target.atMost && { atMost: target.atMost }) };
  yield { figure: `${name}: making it, processor`, value: (user + system) / 1e6, unit: 's', atMost: 120 };
  yield {
    figure: `${name}: making it, peak memory of the whole run`,
    value: process.resourceUsage().maxRSS * 1024,
    unit,
  };

  const folder = join(work, 'peer');
  const inFolder = async <T>(measure: (folder: string) => Promise<T>): Promise<T> => {
    await mkdir(folder);
    return measure(folder).finally(() => rm(folder, { recursive: true }));
  };
  const limit = await inFolder((place) => limitOf(pair, place));
  yield {
    figure: `${name}: delta`,
    value: size,
    unit,
    peer: 'the least by file',
    peerValue: limit,
    ...(target.limit && { atMost: target.limit }),
  };
  const fetched = await adaptiveFetches(pair);
  yield {
    figure: `${name}: no delta made`,
    value: fetched,
    unit,
    ...(target.adaptive && { atMost: target.adaptive }),
  };
  for (const [peer, fetches] of Object.entries(peers)) {
    const peerValue = await inFolder((place) => fetches(pair, place));
    const isAdaptive = peer === 'casync' || peer.startsWith('RAUC');
    yield { figure: `${name}: delta`, value: size, unit, peer, peerValue, atMost: 1 };
    if (isAdaptive)
      yield { figure: `${name}: no delta made`, value: fetched, unit, peer, peerValue, atMost: 0.65 };
  }
  if (name.startsWith('security')) {
    const packed = join(work, 'full.zst');
    await run('zstd', ['-q', '-19', '-T1', '-f', join(next.dir, 'root.erofs'), '-o', packed]);
    const peerValue = (await stat(packed)).size;
    const full = fullPayload(next.release).size - next.release.boot.size;
    yield {
      figure: `${name}: full payload without the boot file`,
      value: full,
      unit,
      peer: 'zstd -19',
      peerValue,
      atMost: 1.03,
    };
  }
}
