import { expect, test } from 'vitest';
import { formSwarm } from '../../../agent/swarm/form.ts';
import { quorumWithout } from '../../../agent/swarm/quorum.ts';
import { clusterKey, joinKeys } from '../../../agent/swarm/records.ts';
import { replacedOf } from '../../../agent/swarm/replaced.ts';
import { isCrowded } from '../../../agent/swarm/spread.ts';
import { emptySpec } from '../../../protocol/units/spec/service-spec.ts';
import type { SwarmNode } from '../../../system/docker/swarm.ts';
import { SwarmWorld } from '../../support/docker/swarm-world.ts';

const member = (n: number) => ({ machineId: `m${n}`, role: 'manager' as const, size: 3 });
const client = (n: number) => ({ machineId: `m${n}`, role: 'worker' as const, size: 3 });

/** Lets every host try until all are in; what throws is what waits. */
async function settle(world: SwarmWorld, hosts: ReturnType<typeof member>[] | ReturnType<typeof client>[]) {
  for (let round = 0; round < 4; round++) {
    for (const host of hosts) await formSwarm(world.portsOf(host.machineId), host).catch(() => {});
  }
}

test('of hosts that begin at once, one makes the swarm and the others join it', async () => {
  const world = new SwarmWorld();
  const hosts = [member(1), member(2), member(3)];
  await Promise.allSettled(hosts.map((host) => formSwarm(world.portsOf(host.machineId), host)));
  await settle(world, hosts);
  expect(world.swarms).toHaveLength(1);
  expect([...world.swarms[0]!.managers].toSorted()).toEqual(['m1', 'm2', 'm3']);
  await formSwarm(world.portsOf('m4'), client(4));
  expect([...world.swarms[0]!.workers]).toEqual(['m4']);
});

test('a worker waits while nobody has made the swarm', async () => {
  const world = new SwarmWorld();
  await expect(formSwarm(world.portsOf('m4'), client(4))).rejects.toMatchObject({ code: 'swarm_waiting' });
});

test('a host that is cut off before or after any of its steps goes on, and there is never a second swarm', async () => {
  let cuts = 0;
  for (const when of ['before', 'after'] as const) {
    for (let step = 1; ; step++) {
      const world = new SwarmWorld();
      const isCut = await formSwarm(world.portsOf('m1', { step, when }), member(1)).then(
        () => false,
        () => true,
      );
      // another host tries while the first is off, and after it is back
      await formSwarm(world.portsOf('m2'), member(2)).catch(() => {});
      await settle(world, [member(1), member(2), member(3)]);
      expect(world.swarms, `cut ${when} step ${step}`).toHaveLength(1);
      expect(world.swarms[0]!.managers.size, `cut ${when} step ${step}`).toBe(3);
      if (!isCut) break;
      cuts++;
    }
  }
  expect(cuts).toBeGreaterThan(15);
});

test('the tokens of the beginning end once the swarm has its size, whichever step that is cut off at', async () => {
  for (let step = 1; step < 30; step++) {
    const world = new SwarmWorld();
    await formSwarm(world.portsOf('m1'), member(1));
    const [first] = world.swarms;
    const initial = first!.tokens.Worker;
    await formSwarm(world.portsOf('m2'), member(2));
    await formSwarm(world.portsOf('m3'), member(3));
    await formSwarm(world.portsOf('m1', { step, when: 'after' }), member(1)).catch(() => {});
    await settle(world, [member(1), member(2), member(3)]);
    expect(first!.tokens.Worker).not.toBe(initial);
    expect(world.recordOf(joinKeys.worker)).toMatchObject({ token: first!.tokens.Worker });
    expect(world.recordOf(joinKeys.manager)).toMatchObject({ token: first!.tokens.Manager });
    const { rotations } = first!;
    await settle(world, [member(1)]);
    expect(first!.rotations).toBe(rotations);
  }
});

test('a host in another swarm than the published one changes nothing and says so', async () => {
  const world = new SwarmWorld();
  await formSwarm(world.portsOf('m1'), member(1));
  await world.portsOf('m2').docker.post('/swarm/init');
  await expect(formSwarm(world.portsOf('m2'), member(2))).rejects.toMatchObject({ code: 'swarm_other' });
  expect(world.swarms).toHaveLength(2);
});

test('a swarm that was there before anybody published one is not taken for ours', async () => {
  const world = new SwarmWorld();
  await world.portsOf('m2').docker.post('/swarm/init');
  await expect(formSwarm(world.portsOf('m2'), member(2))).rejects.toMatchObject({ code: 'swarm_other' });
  expect(world.recordOf(clusterKey)).toBeNull();
});

test('a host whose certificate has expired leaves and joins again', async () => {
  const world = new SwarmWorld();
  await settle(world, [member(1), member(2), member(3)]);
  await formSwarm(world.portsOf('m4'), client(4));
  world.expire('m4');
  await formSwarm(world.portsOf('m4'), client(4));
  expect(world.swarms[0]!.workers.has('m4')).toBe(true);
});

const node = (name: string, state: string, more: Partial<SwarmNode> = {}): SwarmNode => ({
  ID: `${name}-${state}`,
  Version: { Index: 1 },
  Spec: { Role: 'worker', Availability: 'active', Labels: {} },
  Description: { Hostname: name },
  Status: { State: state, Addr: '' },
  ...more,
});

test('the old node of a replaced host is the one that is down while its name is up', () => {
  const nodes = [node('a', 'down'), node('a', 'ready'), node('b', 'down'), node('c', 'ready')];
  expect(replacedOf(nodes).map(({ ID }) => ID)).toEqual(['a-down']);
});

test('quorum is counted without the host that goes', () => {
  const manager = (name: string, Reachability: string) =>
    node(name, 'ready', { ManagerStatus: { Reachability, Addr: '' } });
  const all = [
    manager('a', 'reachable'),
    manager('b', 'reachable'),
    manager('c', 'unreachable'),
    node('d', 'ready'),
  ];
  expect(quorumWithout(all, 'a-ready')).toEqual({ managers: 3, reachable: 1 });
  expect(quorumWithout(all, 'c-ready')).toEqual({ managers: 3, reachable: 2 });
});

test('a service is crowded when a machine that could take one has two fewer', () => {
  const spec = emptySpec('a');
  const service = { ID: 's', Version: { Index: 1 }, Spec: spec };
  const nodes = [node('a', 'ready'), node('b', 'ready')];
  const on = (...names: string[]) => names.map((NodeID) => ({ NodeID, ServiceID: 's' }) as never);
  expect(isCrowded(service, on('a-ready', 'a-ready'), nodes)).toBe(true);
  expect(isCrowded(service, on('a-ready', 'a-ready', 'b-ready'), nodes)).toBe(false);
  expect(isCrowded(service, on('a-ready', 'a-ready'), [nodes[0]!, node('b', 'down')])).toBe(false);
  spec.TaskTemplate.Placement.Constraints = ['node.labels.disk==ssd'];
  expect(isCrowded(service, on('a-ready', 'a-ready'), nodes)).toBe(false);
});
