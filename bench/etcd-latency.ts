import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../system/process/run.ts';
import { startEtcd } from '../test/support/etcd.ts';
import { makeLargeRelease } from '../test/support/host/make-large.ts';
import { makeHostRelease } from '../test/support/host/make-release.ts';
import { shareOf, watchLatency } from './etcd-latency/watch.ts';
import type { Measured } from './figure.ts';
import { withWaitingHost } from './update-size/ours.ts';
import { makeLauncher } from './update-speed/launcher.ts';

/** One line that says what is measured. */
export const summary =
  'what an update does to an etcd on the same disk: p99 of its writes, idle, during an update, during dd';

const mebibytes = 1024;
const idleMs = 20_000;
/** Until the disk has taken in what was laid out for the host. */
const restMs = 10_000;

/** Writes keys without pause, as long as each piece of work takes, and compares the slowest hundredth. */
export async function* bench(): AsyncGenerator<Measured> {
  const work = await mkdtemp(join(tmpdir(), 'bench-etcd-latency-'));
  const etcd = await startEtcd();
  try {
    const launcher = await makeLauncher(work);
    const old = { dir: join(work, 'old'), release: await makeHostRelease(join(work, 'old'), '1.0') };
    const dir = join(work, 'next');
    const next = { dir, release: await makeLargeRelease(dir, { mebibytes, dataEach: 256 * 1024 }) };
    const [payload] = next.release.payloads;
    const url = etcd.endpoints[0]!;
    const asUnit = ['ionice', '-c', '3', 'nice', '-n', '10', launcher];
    const update = { dir, payload: payload! };
    const [idle, updating] = await withWaitingHost({ old, next }, update, work, async (apply) => {
      await sleep(restMs);
      const before = await watchLatency(url, () => sleep(idleMs));
      return [before, await watchLatency(url, () => apply(asUnit))];
    });
    const plain = await watchLatency(url, () => naive(join(work, 'plain')));
    for (const [what, value] of [
      ['a write', (of: typeof idle) => shareOf(of.writes, 0.99)],
      ['fsync of its log, by its own histogram', (of: typeof idle) => of.fsyncP99],
    ] as const) {
      const peer = { peer: 'idle', peerValue: value(idle) * 1000, unit: 'ms' };
      yield { figure: `p99 of ${what} during an update`, value: value(updating) * 1000, ...peer, atMost: 2 };
      yield { figure: `p99 of ${what} during dd conv=fsync`, value: value(plain) * 1000, ...peer };
    }
    yield { figure: 'writes during the update', value: updating.writes.length, unit: '' };
  } finally {
    await etcd.stop();
    await rm(work, { recursive: true, force: true });
  }
}

/** As many bytes, written as one does who thinks of nothing. */
async function naive(file: string): Promise<void> {
  await run('dd', ['if=/dev/zero', `of=${file}`, 'bs=1M', `count=${mebibytes}`, 'conv=fsync', 'status=none']);
  await rm(file);
}
