import { setTimeout as sleep } from 'node:timers/promises';
import type { Etcd } from '../../system/etcd/etcd.ts';
import type { Random } from '../simulation/fleet/random.ts';
import type { EtcdCluster } from '../support/etcd.ts';
import type { Host } from './host.ts';
import { leaderOf } from './leader.ts';
import type { Network } from './network.ts';
import type { Recorder } from './record.ts';

/** What a nemesis may touch. */
export interface Target {
  cluster: EtcdCluster;
  etcd: Etcd;
  hosts: readonly Host[];
  network: Network | null;
  random: Random;
  record: Recorder;
}

/** A fault of the cluster, begun: it ends what it did. */
type Heal = () => void | Promise<void>;
type Fault = (target: Target, member: number) => Promise<Heal>;

const pause: Fault = async ({ cluster }, n) => {
  cluster.members[n]!.pause();
  return () => cluster.members[n]!.resume();
};

const kill: Fault = async ({ cluster }, n) => {
  await cluster.members[n]!.kill();
  return () => cluster.members[n]!.restart();
};

const both =
  (fault: Fault): Fault =>
  async (target, n) => {
    const heals = [await fault(target, n), await fault(target, (n + 1) % 3)];
    return async () => {
      for (const heal of heals) await heal();
    };
  };

const all: Fault = async (target) => {
  const heals = await Promise.all([0, 1, 2].map((n) => kill(target, n)));
  return async () => {
    for (const heal of heals) await heal();
  };
};

const ofLeader =
  (fault: Fault): Fault =>
  async (target, n) =>
    fault(target, (await leaderOf(target.etcd, target.cluster)) ?? n);

/** Leadership goes to the next member. */
const handOver: Fault = async ({ etcd, cluster }, n) => {
  const { members } = (await etcd.call('cluster/member/list', {})) as { members: { ID: string }[] };
  const leader = (await leaderOf(etcd, cluster)) ?? n;
  const targetID = members[n]?.ID;
  await etcd.call('maintenance/transfer-leadership', { targetID }, cluster.endpoints[leader]);
  return () => {};
};

const onProcesses: Record<string, Fault> = {
  'a member paused': pause,
  'the leader paused': ofLeader(pause),
  'two members paused': both(pause),
  'a member killed': kill,
  'the leader killed': ofLeader(kill),
  'two members killed': both(kill),
  'all members killed': all,
  'leadership handed over': handOver,
};

const onNetwork: Record<string, Fault> = {
  'a member cut off': ({ network }, n) => network!.unplug(n),
  'the leader cut off': ofLeader(({ network }, n) => network!.unplug(n)),
  'the leader cut off from members alone': ofLeader(({ network }, n) =>
    network!.drop(n, [(n + 1) % 3, (n + 2) % 3]),
  ),
  'two members cut off from each other': ({ network }, n) => network!.drop(n, [(n + 1) % 3]),
  'a member’s answers lost': ({ network }, n) => network!.drop(n, ['clients']),
  'clients cut off from the leader': ofLeader(({ network }, n) => network!.drop('clients', [n])),
  'every link cut': async ({ network }) => {
    const heals = [await network!.unplug(0), await network!.unplug(1), await network!.unplug(2)];
    return async () => {
      for (const heal of heals) await heal();
    };
  },
};

/** Breaks the cluster, one fault after another, until the time is over; everything is whole again afterwards. */
export async function disturbCluster(target: Target, until: number, signal: AbortSignal): Promise<void> {
  const { random, record, network } = target;
  const faults = { ...onProcesses, ...(network ? { ...onNetwork } : {}) };
  // what stops everybody is rarer than what stops one
  const names = Object.keys(faults).flatMap((name) =>
    /two|all|every/.test(name) ? [name] : [name, name, name],
  );
  while (record.now() < until && !signal.aborted) {
    const name = random.pick(names);
    const isLong = random.chance(0.1);
    const ms = Math.min(random.between(200, isLong ? 12_000 : 2000), until - record.now());
    let heal: Heal = () => {};
    try {
      heal = await faults[name]!(target, random.between(0, 2));
      record.count(name);
      await sleep(Math.max(0, ms), undefined, { signal });
    } catch {
      if (!signal.aborted) record.count('a fault that hit nothing');
    } finally {
      await heal();
    }
    await sleep(random.between(200, 2500));
  }
}

/** Kills agents and cuts hosts' power until the time is over. */
export async function disturbHosts(
  { hosts, random, record }: Target,
  until: number,
  signal: AbortSignal,
): Promise<void> {
  while (record.now() < until && !signal.aborted) {
    await sleep(random.between(50, 700));
    const host = random.pick(hosts);
    const running = hosts.filter(({ life }) => life);
    if (random.chance(0.8)) {
      if (running.length === 0) continue;
      const victim = random.pick(running);
      victim.kill();
      victim.startIn(random.between(20, 200));
      record.count('agents killed');
    } else if (host.isUp) {
      host.cutPower(false);
      record.count('power cuts');
    }
  }
}
