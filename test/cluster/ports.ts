import { randomBytes } from 'node:crypto';
import { openEtcdLock } from '../../agent/lock/etcd.ts';
import type { SlotName } from '../../agent/ports/host.ts';
import type { LockPort } from '../../agent/ports/lock.ts';
import type { Ports } from '../../agent/ports/ports.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type Host, type Life, spend as spendOn, type World } from './host.ts';
import type { Wish } from './record.ts';
import { rootHashOf, targetOf } from './releases.ts';

/** The world as one run of a host's agent meets it: a modelled host, and the shipped lock over a real etcd. */
export function openPorts(world: World, host: Host, life: Life): Ports {
  const { random, record, releases } = world;
  const other = (): SlotName => (host.slot === 'a' ? 'b' : 'a');
  const spend = (low: number, high: number) => spendOn(life, random.between(low, high));
  const guarded = <P extends object>(port: P): P => aliveOnly(port, life);
  return {
    host: guarded({
      running: async () => host.running(),
      readRoot: () => spend(5, 30),
      reboot: async () => {
        record.setOut(host.name, true, 'asks for a reboot');
        record.count('reboots asked for');
        const { boot } = host;
        setTimeout(() => host.boot === boot && host.cutPower(true), random.between(5, 50));
        await spend(1, 5);
      },
    }),
    slot: guarded({
      write: async (target) => {
        host.esp.clear(other());
        host.slots[other()] = null;
        await spend(10, 60);
        host.slots[other()] = target.version;
      },
    }),
    loader: guarded<Ports['loader']>({
      tidy: async () => {},
      flip: async () => {
        const generation = host.esp.flip(other());
        await spend(1, 10);
        return generation;
      },
      flipBack: () => Promise.reject(new InterlockError('loader_unsafe', { problem: 'no way back' })),
      unflip: async (generation) => {
        await spend(1, 10);
        host.esp.unflip(generation);
      },
      markGood: async (generation) => {
        host.esp.mark(generation, null);
        await spend(1, 10);
      },
      markBad: async (generation) => {
        host.esp.mark(generation, 0);
        await spend(1, 10);
      },
      entries: async () =>
        host.esp.entries.map((entry) => ({
          ...entry,
          rootHashPrefix: rootHashOf(host.slots[entry.slot] ?? '').slice(0, 16),
          title: 'core',
        })),
    }),
    lock: openRealLock(world, host, life),
    trust: { accept: async ({ version, grant }) => targetOf(version, grant) },
    server: {
      checkIn: async (body) => {
        await spend(1, 10);
        return releases.checkIn(body);
      },
      report: () => spend(1, 10),
    },
    scripts: guarded<Ports['scripts']>({
      health: async () => {
        await spend(20, 120);
        if (releases.fateOf(host.version, host.name) === 'sick') {
          return { ok: false, check: '10-app', problem: 'does not answer' };
        }
        record.setOut(host.name, false, 'is healthy');
        return { ok: true };
      },
      hooks: async () => {
        await spend(2, 40);
        if (random.chance(0.02))
          throw new InterlockError('hook_failed', { hook: '10-drain', problem: 'busy' });
      },
    }),
    clock: {
      now: () => new Date(),
      sleep: (ms) => spendOn(life, ms),
      nonce: () => randomBytes(16).toString('hex'),
    },
  };
}

/** A process that is gone calls nothing any more, though timers of its run may still fire in this one. */
function aliveOnly<P extends object>(port: P, life: Life): P {
  const calls = Object.entries(port).map(([name, call]) => [
    name,
    (...args: unknown[]) => (life.alive ? call(...args) : new Promise(() => {})),
  ]);
  return Object.fromEntries(calls) as P;
}

/** The lock as it ships; its swaps are noted with what they were for. */
function openRealLock({ random, record, open }: World, host: Host, life: Life): LockPort {
  const { endpoints, group, name, member } = host.options;
  // some give up while etcd still writes: their swaps are applied and they never learn it
  const patience = () => (random.chance(0.25) ? random.between(6, 60) : random.between(150, 1500));
  const lockFor = (wish: Wish) =>
    openEtcdLock(
      { endpoints, timeoutMs: patience(), ...(member?.name ? { member: member.name } : {}) },
      () => new Date(),
      (options) => {
        const etcd = open(options, wish);
        life.open.add(etcd);
        return record.watch(etcd, name, wish, () => life.alive);
      },
    );
  return {
    place: () => ({ kind: 'etcd', endpoints, group, host: name }),
    standing: (place) => lockFor('release').standing(place),
    acquire: (...call) => lockFor('acquire').acquire(...call),
    release: (...call) => lockFor('release').release(...call),
    cancel: (...call) => lockFor('cancel').cancel(...call),
  };
}
