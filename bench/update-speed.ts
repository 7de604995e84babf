import { copyFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fullPayload, type PayloadRef } from '../protocol/documents/release.ts';
import { run } from '../system/process/run.ts';
import { serveBlobs } from '../test/support/host/blob-server.ts';
import { type Taken, timed } from './build/timed.ts';
import type { Measured } from './figure.ts';
import { applyPayload, makeDelta } from './update-size/ours.ts';
import { makePair, type Pair } from './update-size/pairs.ts';
import { makeLauncher } from './update-speed/launcher.ts';

/** One line that says what is measured. */
export const summary =
  'writing an update into a slot, by delta and without: processor and wall beside zstd -dc and curl | zstd | dd, peak memory';

const gibibyte = 1024 ** 3;
const mebibyte = 1024 ** 2;

/** Updates one file-backed host for each payload, over loopback, beside those who unpack the whole image. */
export async function* bench(): AsyncGenerator<Measured> {
  const work = await mkdtemp(join(tmpdir(), 'bench-update-speed-'));
  try {
    const launcher = await makeLauncher(work);
    const pair = await makePair('security-13', work);
    const { dir, made } = await makeDelta(pair, work);
    const whole = await wholeImage(pair, work);
    const { root, boot } = pair.next.release;
    const gibibytes = (root.size + root.verity.size + boot.size) / gibibyte;
    const kinds: Record<string, PayloadRef> = {
      ...(made && { delta: made }),
      'no delta': fullPayload(pair.next.release),
    };
    for (const [kind, payload] of Object.entries(kinds)) {
      const taken = await applyPayload(pair, { dir, payload }, [launcher], work);
      yield* figures(kind, taken, whole, gibibytes);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What those take who get the whole image, packed: processor seconds for each GiB, and all of an update. */
interface Whole {
  unpacking: number;
  endToEnd: Taken;
}

function* figures(
  kind: string,
  taken: Taken,
  { unpacking, endToEnd }: Whole,
  gibibytes: number,
): Generator<Measured> {
  yield {
    figure: `${kind}: processor for each GiB, start and verifying included`,
    value: taken.cpu / gibibytes,
    unit: 's',
    peer: 'zstd -dc of the image',
    peerValue: unpacking,
    atMost: 2,
  };
  const peer = 'curl | zstd -d | dd conv=fsync; sha256sum from the disk';
  for (const what of ['cpu', 'wall'] as const) {
    yield {
      figure: `${kind}: end to end, ${what}`,
      value: taken[what],
      unit: 's',
      peer,
      peerValue: endToEnd[what],
      atMost: 1.5,
    };
  }
  yield {
    figure: `${kind}: peak memory of the agent`,
    value: taken.peak / mebibyte,
    unit: 'MiB',
    atMost: 128,
  };
}

async function wholeImage({ next: { dir } }: Pair, work: string): Promise<Whole> {
  const image = join(work, 'whole');
  const packed = `${image}.zst`;
  await copyFile(join(dir, 'root.erofs'), image);
  await run('sh', ['-c', 'cat "$1" >> "$2"', 'sh', join(dir, 'boot.efi'), image]);
  await run('zstd', ['-q', '-19', '-T2', image, '-o', packed]);
  const { size } = await stat(image);
  const { cpu } = await timed(['zstd', '-dc', packed]);
  const server = await serveBlobs(new Map([['whole', await readFile(packed)]]));
  try {
    const script =
      'curl -s "$1/v1/blobs/whole" | zstd -dc | dd of="$2" bs=1M conv=fsync status=none && dd if="$2" bs=1M iflag=direct status=none | sha256sum';
    const endToEnd = await timed(['sh', '-c', script, 'sh', server.url, join(work, 'written')]);
    return { unpacking: cpu / (size / gibibyte), endToEnd };
  } finally {
    await server.close();
  }
}
