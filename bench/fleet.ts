import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readPolicy } from '../protocol/documents/policy.ts';
import { percentAt } from '../protocol/rules/ramp.ts';
import { rolloutsOf } from '../update-server/domain/rollout/start.ts';
import { openSqliteStore } from '../update-server/store/sqlite/store.ts';
import { channel } from './checkin/channel.ts';
import { fillHosts } from './checkin/fill.ts';
import type { Measured } from './figure.ts';
import { type FastClock, fastClock } from './fleet/clock.ts';
import { BenchHost } from './fleet/host.ts';
import { openSockets, type Post } from './fleet/sockets.ts';
import { startMeasured } from './support/server-process.ts';

export const summary =
  'a whole rollout to 100,000 hosts, the shipped machine on each, over real sockets (INTERLOCK_BENCH_HOSTS)';

const hostCount = Number(process.env.INTERLOCK_BENCH_HOSTS ?? 100_000);
const badShare = 0.01;
/** A minute of the run is twelve of the fleet. */
const factor = 12;
const minute = 60_000;
const server = fileURLToPath(new URL('fleet/server.ts', import.meta.url));
const policyText = {
  in_flight: '100 %',
  max_failures: hostCount,
  failure_rate: { percent: 5, sample: 100 },
  ramp: [
    { start_after: '5 minutes', percent: 10 },
    { start_after: '20 minutes', percent: 50 },
    { start_after: '40 minutes', percent: 100 },
  ],
};
const policy = readPolicy(policyText);
/** How long a host that may start needs to hear of it: its poll, and a while for the flood. */
const slack = 7 * minute;

/** Counts on the fleet's side. */
interface Fleet {
  checkIns: number;
  hosts: BenchHost[];
  /** Share of hosts that had left version 1.0 or tried to, by minutes of the fleet. */
  updated(): number;
}

/** One percent of the hosts fall back; every other one ends on version 2.0. */
export async function* bench(): AsyncGenerator<Measured> {
  const data = await mkdtemp(join(tmpdir(), 'bench-fleet-'));
  const begin = Date.now();
  fillHosts(data, hostCount, new Date(begin));
  const before = await databaseBytes(data);
  await startRollout(data, new Date(begin));
  const wall = Date.now();
  const clock = fastClock(begin, wall, factor);
  const measured = await startMeasured(server, data, String(begin), String(wall), String(factor));
  const sockets = openSockets(measured.url, 128);
  try {
    const fleet = runFleet(clock, sockets.post);
    const deviations: number[] = [];
    for (const { afterMs } of policy.ramp) {
      await sleep(clock.wallMsUntil(begin + afterMs + slack + 3 * minute));
      const planned = percentAt(policy, afterMs + slack) / 100;
      const share = (await granted(data)) / hostCount;
      deviations.push(Math.abs(share - planned));
      process.stderr.write(`minute ${(afterMs + slack) / minute}: planned ${planned}, granted ${share}\n`);
    }
    while (fleet.updated() < hostCount * (1 - badShare) * 0.999) await sleep(1000);
    const seconds = (Date.now() - wall) / 1000;
    const cpu = measured.cpuSeconds();
    yield { figure: `hosts, ${badShare * 100} % of them bad`, value: hostCount, unit: '' };
    yield { figure: 'whole rollout', value: seconds, unit: 's' };
    yield {
      figure: 'planned against granted share at the steps, at most',
      value: Math.max(...deviations) * 100,
      unit: '%',
      atMost: 2,
    };
    yield { figure: 'check-ins', value: fleet.checkIns, unit: '' };
    yield {
      figure: 'server processor time per check-in, reports included',
      value: (cpu / fleet.checkIns) * 1e6,
      unit: 'µs',
    };
    yield { figure: 'server, most memory', value: measured.peakMebibytes(), unit: 'MiB' };
    const perThousand = 1000 / hostCount / 2 ** 20;
    yield { figure: 'database for 1,000 hosts', value: before * perThousand, unit: 'MiB' };
    const grown = (await databaseBytes(data)) - before;
    yield { figure: 'it grows by, for 1,000 hosts', value: grown * perThousand, unit: 'MiB' };
  } finally {
    sockets.close();
    await measured.stop();
    await rm(data, { recursive: true });
  }
}

async function databaseBytes(data: string): Promise<number> {
  return (await stat(join(data, 'interlock.db'))).size;
}

async function startRollout(data: string, now: Date): Promise<void> {
  const store = openSqliteStore(data);
  const { revision, state } = await store.repository();
  const document = {
    ...channel('2.0'),
    serial: 2,
    head: { version: '2.0', releases: { 'x86-64': 'd'.repeat(64) } },
  };
  const nothing = { files: {}, targets: {}, releases: [] };
  await store.publish({ basedOn: revision, state, ...nothing, channels: [document] }, now.toISOString());
  const rollouts = rolloutsOf(document, { name: 'bench', text: policyText }, now.toISOString());
  const subject = { kind: 'image', id: 'core' } as const;
  const audit = { at: now.toISOString(), who: 'bench', action: 'start rollout', subject, detail: '' };
  await store.startRollouts(rollouts, audit);
  await store.close();
}

async function granted(data: string): Promise<number> {
  const store = openSqliteStore(data);
  const rollout = (await store.currentRollout('core', 'stable', 'x86-64'))!;
  await store.close();
  const { inFlight, confirmed, failed } = rollout.counts;
  return inFlight + confirmed + failed;
}

/** Every host runs when its own wait is over, the first time spread over one poll. */
function runFleet(clock: FastClock, post: Post): Fleet {
  const fleet: Fleet = {
    checkIns: 0,
    hosts: [],
    updated: () => fleet.hosts.filter(({ version }) => version === '2.0').length,
  };
  const around = {
    now: clock.now,
    post,
    sleep: (ms: number) => sleep(ms / factor).then(() => {}),
    checkedIn: () => void fleet.checkIns++,
  };
  const follow = async (host: BenchHost, at: number): Promise<void> => {
    await sleep(Math.max(clock.wallMsUntil(at), 0), undefined, { ref: false });
    const next = await host.run().catch(() => clock.now().getTime() + minute);
    return follow(host, next);
  };
  for (let n = 0; n < hostCount; n++) {
    const host = new BenchHost(n, n % Math.round(1 / badShare) === 0, around);
    fleet.hosts.push(host);
    void follow(host, clock.now().getTime() + Math.random() * 5 * minute);
  }
  return fleet;
}
