import { forceRelease } from '../../../protocol/lock/semaphore.ts';
import { Fleet } from './fleet.ts';
import type { SimHost } from './host.ts';

const minute = 60_000;
const hour = 60 * minute;

/** What a scenario shows: counts of hosts, and who could not go on. */
export interface Shown {
  updated: number;
  /** Hosts that asked for a reboot or went through one. */
  rebooted: number;
  hosts: number;
  minutes: number;
  violation: string | undefined;
}

/** A fleet with a story of its own, from a seed; each shows one promise about going on or stopping. */
export const scenarios: Record<string, { promise: string; run(seed: number): Promise<Shown> }> = {
  'nothing goes wrong': {
    promise: 'every host is updated',
    run: (seed) => play({ seed, hosts: 20, places: 2 }, 12 * hour),
  },
  'a stuck host, one of two places': {
    promise: 'the others go on through the place that is left',
    run: (seed) => play({ seed, hosts: 12, places: 2 }, 12 * hour, (fleet) => lose(fleet.hosts[0]!)),
  },
  'a stuck host, the only place': {
    promise: 'nobody goes on until a person looks: that is the policy',
    run: (seed) => play({ seed, hosts: 12, places: 1 }, 12 * hour, (fleet) => lose(fleet.hosts[0]!)),
  },
  'a bad release, the server away': {
    promise: 'the brake stops it after the first hosts',
    run: (seed) =>
      play({ seed, hosts: 30, places: 2 }, 12 * hour, (fleet) => {
        fleet.server.grantMs = 24 * hour;
        for (const host of fleet.hosts) host.sick.add('2');
        // every host has written the release and waits for its place when the server goes
        const { etcd, schedule } = fleet;
        const { value } = etcd;
        etcd.put({ ...value, slots: 0 });
        schedule.after(hour, () => {
          fleet.server.goAway(100 * hour);
          etcd.put({ ...etcd.value, slots: 2 });
        });
      }),
  },
  'a good release, one broken host': {
    promise: 'all others are updated',
    run: (seed) =>
      play({ seed, hosts: 30, places: 2 }, 12 * hour, (fleet) => {
        const last = fleet.hosts.at(-1)!;
        last.sick.add('2');
        last.start = startLater(fleet, last);
      }),
  },
  'a place taken away by force': {
    promise: 'breaks the promise, and the simulation sees it',
    run: (seed) =>
      play({ seed, hosts: 6, places: 1 }, 12 * hour, (fleet) => {
        lose(fleet.hosts[0]!);
        fleet.schedule.after(2 * hour, () => fleet.etcd.put(forceRelease(fleet.etcd.value, 'h0')));
      }),
  },
};

/** The first host goes first and never comes back from its reboot. */
function lose(host: SimHost): void {
  host.isLost = true;
}

/** Its agent does nothing until a dozen others are done. */
function startLater(fleet: Fleet, host: SimHost): () => void {
  const start = host.start.bind(host);
  return () => {
    const done = fleet.hosts.filter(({ version }) => version === fleet.server.version).length;
    if (done >= 12) start();
    else host.startIn(60, 60);
  };
}

async function play(
  options: { seed: number; hosts: number; places: number },
  end: number,
  prepare: (fleet: Fleet) => void = () => {},
): Promise<Shown> {
  const fleet = new Fleet(options);
  prepare(fleet);
  fleet.hosts.forEach((host, index) => {
    if (index === 0) host.startIn(0, 0);
    else host.startIn(600, 1200);
  });
  await fleet.schedule.run(end, () => fleet.violation !== undefined || fleet.isDone());
  for (const host of fleet.hosts) host.kill();
  return {
    updated: fleet.hosts.filter(({ version }) => version === fleet.server.version).length,
    rebooted: fleet.hosts.filter(({ boot, isUp }) => boot > 1 || !isUp).length,
    hosts: fleet.hosts.length,
    minutes: Math.round(fleet.schedule.now / minute),
    violation: fleet.violation,
  };
}
