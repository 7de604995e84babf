import { setTimeout as sleep } from 'node:timers/promises';
import { lockKey } from '../../protocol/lock/lock-value.ts';
import { emptyLock } from '../../protocol/lock/semaphore.ts';
import { type Etcd, openEtcd } from '../../system/etcd/etcd.ts';
import { readLock } from '../../system/lock/read-lock.ts';
import { openRandom } from '../simulation/fleet/random.ts';
import { type EtcdCluster, startEtcd } from '../support/etcd.ts';
import { check, type History, type Violation } from './check.ts';
import { readHistory } from './history.ts';
import { Host, type World } from './host.ts';
import { type Mistake, mistakes } from './mistakes.ts';
import { disturbCluster, disturbHosts } from './nemesis.ts';
import { openNetwork } from './network.ts';
import { Recorder } from './record.ts';
import { Releases } from './releases.ts';
import { watchLeader } from './watch-leader.ts';

const group = 'chaos';
const calmMs = 90_000;
/** Wrong clients may never find peace, and are found without. */
const calmAfterMistakeMs = 5000;

/** What a run is made of. `network`: name of a run whose namespaces exist; the caller lives in the clients'. */
export interface ChaosOptions {
  seconds: number;
  hosts: number;
  places: number;
  seed: number;
  network: string | null;
  mistake: Mistake | null;
}

/** How a run went. */
export interface Chaos {
  history: History;
  counts: Record<string, number>;
  violations: Violation[];
  /** Hosts that did not reach the last release in the calm after the faults. */
  unfinished: string[];
  logged: Recorder['logged'];
}

/** Contending agents over a real cluster of three while a nemesis breaks it; then calm, and the history is checked. */
export async function runChaos(options: ChaosOptions, signal: AbortSignal): Promise<Chaos> {
  const random = openRandom(options.seed);
  const record = new Recorder();
  const network = options.network === null ? null : openNetwork(options.network);
  const cluster = await startEtcd(3, [], network?.places);
  const etcd = openEtcd({ endpoints: cluster.endpoints, timeoutMs: 1500 });
  const releases = new Releases(random);
  const open = options.mistake ? mistakes[options.mistake] : openEtcd;
  const world: World = { random, record, releases, open };
  const hosts = Array.from({ length: options.hosts }, (_, n) => {
    const endpoints = cluster.endpoints.map((_, k) => cluster.endpoints[(n + k) % 3]!);
    return new Host(world, { name: `h${n}`, group, endpoints });
  });
  const leader = watchLeader(etcd, cluster, record);
  try {
    await etcd.swap(lockKey(group), null, JSON.stringify(emptyLock(options.places)));
    for (const host of hosts) host.startIn(random.between(0, 200));
    const until = record.now() + options.seconds * 1000;
    const target = { cluster, etcd, hosts, network, random, record };
    const isOver = () => signal.aborted || record.now() >= until;
    await Promise.all([
      disturbCluster(target, until, signal),
      disturbHosts(target, until, signal),
      release(releases, hosts, isOver),
    ]);
    releases.last();
    const calm = options.mistake ? calmAfterMistakeMs : calmMs;
    const unfinished = signal.aborted ? [] : await calmDown(hosts, releases, etcd, record, calm);
    for (const host of hosts) host.end();
    await sleep(500);
    await leader.stop();
    const history = { revisions: await agreedHistory(cluster, etcd), swaps: record.swaps, outs: record.outs };
    return { history, counts: record.counts, violations: check(history), unfinished, logged: record.logged };
  } finally {
    for (const host of hosts) host.end();
    await leader.stop();
    etcd.close();
    await cluster.stop();
  }
}

/** A new release whenever every host has the last one or found that it fails there, and every few seconds anyhow. */
async function release(releases: Releases, hosts: readonly Host[], isOver: () => boolean): Promise<void> {
  for (let since = 0; !isOver(); since += 50) {
    await sleep(50);
    const { version } = releases;
    const isEverywhere = hosts.every((host) => host.version === version || host.disk.includes('"failed":{"'));
    if (!isEverywhere && since < 6000) continue;
    releases.next();
    since = 0;
  }
}

/** Waits until every host runs the last release and nobody holds a place; returns those that never did. */
async function calmDown(
  hosts: readonly Host[],
  releases: Releases,
  etcd: Etcd,
  record: Recorder,
  limitMs: number,
): Promise<string[]> {
  const start = record.now();
  const isDone = (host: Host) => host.isUp && host.version === releases.version;
  for (; record.now() - start < limitMs; await sleep(100)) {
    if (!hosts.every(isDone)) continue;
    const lock = await readLock(etcd, group).catch(() => undefined);
    if (lock?.holders.length === 0) break;
  }
  record.counts['ms until calm'] = Math.round(record.now() - start);
  return hosts.filter((host) => !isDone(host)).map(({ name }) => name);
}

/** The history that all members give alike. */
async function agreedHistory(cluster: EtcdCluster, etcd: Etcd): Promise<History['revisions']> {
  const last = Number((await etcd.read(lockKey(group))).found!.revision);
  const histories = await Promise.all(
    cluster.endpoints.map((endpoint) => readHistory(endpoint, group, last)),
  );
  if (new Set(histories.map((one) => JSON.stringify(one))).size > 1) {
    throw new Error('the members give different histories');
  }
  return histories[0]!;
}
