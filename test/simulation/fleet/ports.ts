import { openEtcdLock } from '../../../agent/lock/etcd.ts';
import type { SlotName } from '../../../agent/ports/host.ts';
import type { LockPort } from '../../../agent/ports/lock.ts';
import type { Ports } from '../../../agent/ports/ports.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Fleet } from './fleet.ts';
import type { Life, SimHost } from './host.ts';
import { rootHashOf, targetOf } from './server.ts';

/** The world as one run of a host's agent meets it; a killed agent gets nothing from it again. */
export function openPorts(fleet: Fleet, host: SimHost, life: Life): Ports {
  const { random, server } = fleet;
  const other = (): SlotName => (host.slot === 'a' ? 'b' : 'a');
  const spend = (low: number, high: number) => fleet.spend(life, random.between(low, high));
  return {
    host: {
      running: async () => host.running(),
      readRoot: () => spend(5_000, 30_000),
      reboot: async () => {
        fleet.setOut(host, true);
        fleet.log(host, 'asks for a reboot');
        const { boot } = host;
        const down = random.between(2_000, 20_000);
        fleet.schedule.after(down, () => host.boot === boot && host.cutPower(true));
        await spend(100, 1000);
      },
    },
    slot: {
      write: async (target) => {
        host.esp.clear(other());
        host.slots[other()] = null;
        await spend(30_000, 240_000);
        host.slots[other()] = target.version;
      },
    },
    loader: {
      tidy: async () => {},
      flip: async () => {
        const generation = host.esp.flip(other());
        await spend(200, 2000);
        return generation;
      },
      flipBack: () => Promise.reject(new InterlockError('loader_unsafe', { problem: 'no way back' })),
      unflip: async (generation) => {
        await spend(200, 2000);
        host.esp.unflip(generation);
      },
      markGood: async (generation) => {
        host.esp.mark(generation, null);
        await spend(200, 2000);
      },
      markBad: async (generation) => {
        host.esp.mark(generation, 0);
        await spend(200, 2000);
      },
      entries: async () =>
        host.esp.entries.map((entry) => ({
          ...entry,
          rootHashPrefix: rootHashOf(host.slots[entry.slot] ?? '').slice(0, 16),
          title: 'core',
        })),
    },
    lock: openSimLock(fleet, host, life),
    trust: { accept: async ({ version, grant }) => targetOf(version, grant) },
    server: {
      checkIn: async (body) => {
        await spend(20, 400);
        return server.checkIn(body);
      },
      report: async () => {
        await spend(20, 400);
        server.requireThere();
      },
    },
    scripts: {
      health: async () => {
        await spend(10_000, 40_000);
        if (host.sick.has(host.version)) return { ok: false, check: '10-app', problem: 'does not answer' };
        fleet.setOut(host, false);
        return { ok: true };
      },
      hooks: async () => {
        await spend(500, 10_000);
        if (host.hooksFail <= 0) return;
        host.hooksFail--;
        throw new InterlockError('hook_failed', { hook: '10-drain', problem: 'busy' });
      },
    },
    clock: {
      now: () => fleet.schedule.date(),
      sleep: (ms) => fleet.spend(life, ms),
      nonce: () =>
        random
          .between(0, 2 ** 31)
          .toString(16)
          .padStart(32, '0'),
    },
  };
}

/** The shipped lock over the simulated store; it also watches who asked for what. */
function openSimLock(fleet: Fleet, host: SimHost, life: Life): LockPort {
  let isTaking = false;
  const open = () => {
    const takes = isTaking;
    return fleet.etcd.open({
      isCut: () => host.isCut,
      isAlive: () => life.alive,
      sent: () => {
        if (!takes) host.leaving = true;
      },
      applied: () => {
        if (takes) host.leaving = false;
      },
    });
  };
  const lock = openEtcdLock({ endpoints: ['etcd'] }, () => fleet.schedule.date(), open);
  return {
    place: () => ({ kind: 'etcd', endpoints: ['etcd'], group: 'g', host: host.name }),
    standing: lock.standing,
    acquire: (...call) => {
      isTaking = true;
      return lock.acquire(...call);
    },
    release: (...call) => {
      isTaking = false;
      return lock.release(...call);
    },
    cancel: (...call) => {
      isTaking = false;
      return lock.cancel(...call);
    },
  };
}
