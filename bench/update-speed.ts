import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { delta } from '../builder/delta/delta.ts';
import type { PayloadRef } from '../protocol/release.ts';
import { run } from '../system/run.ts';
import { serveBlobs } from '../test/support/host/blob-server.ts';
import { createHost } from '../test/support/host/create-host.ts';
import { timed } from './build/timed.ts';
import type { Measured } from './figure.ts';
import { makePairs, type Pair } from './update-size/pairs.ts';
import { makeLauncher } from './update-speed/launcher.ts';

/** One line that says what is measured. */
export const summary =
  'writing an update into a slot, by delta and without: processor seconds beside zstd -dc, peak memory of the agent (IMAGE=tiny)';

const mebibyte = 1024 * 1024;

/** Updates one file-backed host for each payload, over loopback, and unpacks the whole image as the peer does. */
export async function* bench(): AsyncGenerator<Measured> {
  const work = await mkdtemp(join(tmpdir(), 'bench-update-speed-'));
  try {
    const launcher = await makeLauncher(work);
    for await (const pair of makePairs(process.env.IMAGE ?? 'tiny', ['security'], work)) {
      yield* measure(pair, launcher, work);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function* measure(pair: Pair, launcher: string, work: string): AsyncGenerator<Measured> {
  const { old, next } = pair;
  const { root, boot } = next.release;
  const gibibytes = (root.size + root.verity.size + boot.size) / 1024 ** 3;
  const host = join(work, 'host');
  const sizes = { esp: 256 * mebibyte, root: root.size + 64 * mebibyte, verity: root.verity.size + mebibyte };
  await createHost({ dir: host, release: old.dir, config: {}, sizes });
  const made = await delta(old, next);
  const peerValue = await unpackingSeconds(next.dir, work, root.size / 1024 ** 3);

  for (const [kind, payloads] of Object.entries({
    delta: made ? [made] : [],
    'no delta': [] as PayloadRef[],
  })) {
    const copy = join(work, `host, ${kind}`);
    await cp(host, copy, { recursive: true });
    const shown = join(work, kind);
    await mkdir(shown);
    const release = { ...next.release, payloads: [...next.release.payloads, ...payloads] };
    await writeFile(join(shown, 'release.json'), JSON.stringify(release));
    const blobs = release.payloads.map(
      async ({ file, sha256 }) => [sha256, await readFile(join(next.dir, file))] as const,
    );
    const server = await serveBlobs(new Map(await Promise.all(blobs)));
    const report = join(work, `${kind}.json`);
    const script = 'exec "$1" "$2" "$3" "$4" "$5" > "$6"';
    const words = [launcher, copy, old.dir, shown, server.url, report];
    const taken = await timed(['sh', '-c', script, 'sh', ...words]);
    await server.close();
    const { peakKib } = JSON.parse(await readFile(report, 'utf8')) as { peakKib: number };
    const figure = `${pair.name}, ${kind}`;
    yield {
      figure: `${figure}: processor for each GiB, start and verifying included`,
      value: taken.cpu / gibibytes,
      unit: 's',
      peer: `zstd -dc of ${basename(next.dir)}`,
      peerValue,
      atMost: 2,
    };
    yield { figure: `${figure}: wall`, value: taken.wall, unit: 's' };
    yield { figure: `${figure}: peak memory of the agent`, value: peakKib / 1024, unit: 'MiB', atMost: 128 };
    await rm(copy, { recursive: true });
  }
}

/** Processor seconds for each GiB that `zstd -dc` takes to give the root image. */
async function unpackingSeconds(dir: string, work: string, gibibytes: number): Promise<number> {
  const packed = join(work, 'root.zst');
  await run('zstd', ['-q', '-9', '-T2', join(dir, 'root.erofs'), '-o', packed]);
  const { cpu } = await timed(['zstd', '-dc', packed]);
  return cpu / gibibytes;
}
