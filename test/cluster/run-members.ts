import { setTimeout as sleep } from 'node:timers/promises';
import { lockKey } from '../../protocol/lock/lock-value.ts';
import { emptyLock } from '../../protocol/lock/semaphore.ts';
import { openEtcd } from '../../system/etcd/etcd.ts';
import { openRandom } from '../simulation/fleet/random.ts';
import { type EtcdCluster, startEtcd } from '../support/etcd.ts';
import { check, type Violation } from './check.ts';
import { readHistory } from './history.ts';
import { Host, type World } from './host.ts';
import { leaderOf } from './leader.ts';
import { Recorder } from './record.ts';
import { Releases } from './releases.ts';

const group = 'members';

/** `guarded`: hosts know which member is theirs. `around`: what happens to the cluster meanwhile. */
export interface MembersOptions {
  seconds: number;
  places: number;
  guarded: boolean;
  around?(cluster: EtcdCluster, hosts: readonly Host[], counts: MemberCounts): Promise<void>;
}

/** What happened to members that go down and come up with their hosts. */
export interface MemberCounts {
  down: number;
  /** Went down while they led. */
  led: number;
  /** Went down when fewer than a quorum of others were up. */
  withoutQuorum: number;
}

/** Three hosts that are the members of their own lock's etcd roll out again and again; no other fault. */
export async function runMembers(
  options: MembersOptions,
): Promise<MemberCounts & { violations: Violation[]; longestGapMs: number }> {
  const record = new Recorder();
  const random = openRandom(1);
  const cluster = await startEtcd(3);
  const etcd = openEtcd({ endpoints: cluster.endpoints, timeoutMs: 1000 });
  const releases = new Releases(random);
  const world: World = { random, record, releases, open: openEtcd };
  const counts: MemberCounts = { down: 0, led: 0, withoutQuorum: 0 };
  const up = new Set(cluster.members);
  const hosts = cluster.members.map((member, n) => {
    const withMember = {
      ...(options.guarded ? { name: member.name } : {}),
      async down() {
        up.delete(member);
        counts.down++;
        if (up.size < 2) counts.withoutQuorum++;
        if ((await leaderOf(etcd, cluster)) === n) counts.led++;
        await member.kill();
      },
      up() {
        member.restart();
        up.add(member);
      },
    };
    return new Host(world, { name: `h${n}`, group, endpoints: cluster.endpoints, member: withMember });
  });
  let isOver = false;
  try {
    await etcd.swap(lockKey(group), null, JSON.stringify(emptyLock(options.places)));
    for (const host of hosts) host.startIn(random.between(0, 100));
    const rolling = rollOut(releases, hosts, () => isOver);
    if (options.around) await options.around(cluster, hosts, counts);
    await sleep(options.seconds * 1000);
    isOver = true;
    await rolling;
    for (const host of hosts) host.end();
    await sleep(500);
    for (const member of cluster.members) member.restart();
    const last = await lastRevision(cluster);
    const revisions = await readHistory(cluster.endpoints[0]!, group, last);
    const violations = check({ revisions, swaps: record.swaps, outs: record.outs });
    return { ...counts, violations, longestGapMs: longestGap(record) };
  } finally {
    isOver = true;
    for (const host of hosts) host.end();
    etcd.close();
    await cluster.stop();
  }
}

async function rollOut(releases: Releases, hosts: readonly Host[], isOver: () => boolean): Promise<void> {
  for (; !isOver(); await sleep(50)) {
    const { version } = releases;
    const isThere = (host: Host) => host.isOver || host.version === version;
    if (hosts.every((host) => isThere(host) || host.disk.includes('"failed":{"'))) releases.next();
  }
}

async function lastRevision(cluster: EtcdCluster): Promise<number> {
  const etcd = openEtcd({ endpoints: cluster.endpoints, timeoutMs: 5000 });
  try {
    for (let tries = 0; ; tries++) {
      const answer = await etcd.read(lockKey(group)).catch(() => undefined);
      if (answer) return Number(answer.found!.revision);
      if (tries > 20) throw new Error('the cluster did not come back');
      await sleep(250);
    }
  } finally {
    etcd.close();
  }
}

/** Longest time between two swaps that were confirmed, in milliseconds. */
function longestGap({ swaps }: Recorder): number {
  const done = swaps.filter(({ outcome }) => outcome === 'won').map((swap) => swap.done!);
  return Math.round(done.slice(1).reduce((most, at, n) => Math.max(most, at - done[n]!), 0));
}
