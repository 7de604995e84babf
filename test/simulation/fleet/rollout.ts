import { disturbances, watchBrake } from './disturb.ts';
import { Fleet } from './fleet.ts';
import { openRandom } from './random.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** How one simulated rollout went. */
export interface Rollout {
  seed: number;
  hosts: number;
  places: number;
  /** Disturbances that hit something, by name. */
  faults: Record<string, number>;
  faultCount: number;
  /** Simulated minutes until every host was done; null when the run's time ended first. */
  minutes: number | null;
  mostOut: number;
  updated: number;
  failed: number;
  violation: string | undefined;
}

/** Runs one whole rollout from a seed: the same seed gives the same run. */
export async function runRollout(seed: number, log?: (line: string) => void): Promise<Rollout> {
  const random = openRandom(seed ^ 0x5bd1e995);
  const hosts = random.between(3, 50);
  const places = random.between(1, Math.max(1, Math.ceil(hosts / 4)));
  const fleet = new Fleet({ seed, hosts, places, ...(log ? { log } : {}) });
  const faults: Record<string, number> = {};
  const names = Object.keys(disturbances);
  const span = (hosts / places) * 6 * minute + 20 * minute;
  const hit = (): void => {
    const name = random.pick(names);
    for (let tried = 0; tried < 3 * hosts; tried++) {
      const host = random.pick(fleet.hosts);
      if (!disturbances[name]!(fleet, host)) continue;
      fleet.log(host, `[${name}]`);
      faults[name] = (faults[name] ?? 0) + 1;
      return;
    }
  };
  const planned = random.between(2, 16);
  for (let n = 0; n < planned; n++) fleet.schedule.after(random.fraction() * span, hit);
  for (const host of fleet.hosts) host.startIn(0, 600);
  watchBrake(fleet, 15 * minute);
  await fleet.schedule.run(14 * day, () => fleet.violation !== undefined || fleet.isDone());
  const isDone = fleet.isDone();
  for (const host of fleet.hosts) host.kill();
  const updated = fleet.hosts.filter(({ version }) => version === fleet.server.version).length;
  return {
    ...{ seed, hosts, places, faults, mostOut: fleet.mostOut, updated, violation: fleet.violation },
    faultCount: Object.values(faults).reduce((sum, count) => sum + count, 0),
    minutes: isDone ? Math.round(fleet.schedule.now / minute) : null,
    failed: hosts - updated,
  };
}
