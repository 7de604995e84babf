import { clearFailed, setSlots } from '../../../protocol/lock/semaphore.ts';
import type { Fleet } from './fleet.ts';
import type { SimHost } from './host.ts';

const minute = 60_000;

/** Everything that goes wrong in a simulated fleet; each answers whether it hit anything. */
export const disturbances: Record<string, (fleet: Fleet, host: SimHost) => boolean> = {
  'agent killed': (_, host) => {
    if (!host.life) return false;
    host.kill();
    host.startIn(5, 90);
    return true;
  },
  'agent asked to stop': (_, host) => {
    if (!host.life) return false;
    host.life.stop.abort();
    return true;
  },
  'power cut': (_, host) => {
    if (!host.isUp) return false;
    host.cutPower(false);
    return true;
  },
  'etcd paused': (fleet) => {
    fleet.etcd.pause(fleet.random.between(2_000, 90_000));
    return true;
  },
  'etcd elects': (fleet) => {
    fleet.etcd.elect(fleet.random.between(5_000, 10 * minute));
    return true;
  },
  'host cut off': (fleet, host) => {
    if (host.isCut) return false;
    host.isCut = true;
    fleet.schedule.after(fleet.random.between(1, 20) * minute, () => {
      host.isCut = false;
    });
    return true;
  },
  'server away': (fleet) => {
    fleet.server.goAway(fleet.random.between(5, 90) * minute);
    return true;
  },
  'hooks fail': (fleet, host) => {
    host.hooksFail = fleet.random.between(1, 6);
    return true;
  },
  'health fails there': ({ server }, host) => {
    if (host.version === server.version) return false;
    host.sick.add(server.version);
    return true;
  },
  'does not come up there': ({ server }, host) => {
    if (host.version === server.version) return false;
    host.dead.add(server.version);
    return true;
  },
  'operator cancels': ({ schedule, random }, host) => {
    const { phase } = host.memory;
    if (!host.isUp || (phase.at !== 'acquiring' && phase.at !== 'locked' && phase.at !== 'flipped'))
      return false;
    const { version } = 'plan' in phase ? phase.plan.goal : phase.goal;
    host.kill();
    host.orders.push({ kind: 'cancel' });
    host.start();
    // and thinks better of it
    schedule.after(random.between(5, 60) * minute, () => host.orders.push({ kind: 'retry', version }));
    return true;
  },
  'operator lowers the places': ({ etcd, schedule, random }) => {
    const { slots } = etcd.value;
    if (slots === 0) return false;
    etcd.put(setSlots(etcd.value, slots - 1));
    schedule.after(random.between(5, 60) * minute, () =>
      etcd.put(setSlots(etcd.value, etcd.value.slots + 1)),
    );
    return true;
  },
  'agent started while going down': (_, host) => {
    if (host.life || !host.isUp || host.memory.phase.at !== 'rebooting') return false;
    host.start();
    return true;
  },
};

/** An operator who looks in from time to time and lets a braked release go on. */
export function watchBrake(fleet: Fleet, everyMs: number): void {
  fleet.schedule.after(everyMs, () => {
    const { value } = fleet.etcd;
    if (value.holders.length === 0 && JSON.stringify(value.releases).includes('"failed":{"')) {
      fleet.etcd.put(clearFailed(value));
      fleet.log(null, 'the operator clears failures');
    }
    watchBrake(fleet, everyMs);
  });
}
