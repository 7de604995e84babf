import { type Explored, explore, type Limits } from './explore.ts';
import type { Coverage } from './model/coverage.ts';
import type { Fault } from './model/faults.ts';
import { World } from './model/model.ts';
import { newSetting } from './model/setting.ts';

/** Bounds of one exploration. */
export interface Level {
  hosts: number;
  places: number;
  /** Updates one after the other: boots into a new version per host. */
  updates: number;
  faults: number;
  /** Requests under way at once. */
  requests: number;
  /** Maintenance per host, a reboot or a command each. */
  tasks?: number;
}

/** Together these reach every row of `moves`, every fault and what the semaphore can say to a correct state machine. */
export const smallLevels: readonly Level[] = [
  { hosts: 1, places: 1, updates: 2, faults: 3, requests: 2 },
  { hosts: 2, places: 1, updates: 2, faults: 2, requests: 2 },
  { hosts: 1, places: 1, updates: 0, faults: 3, requests: 2, tasks: 1 },
  { hosts: 2, places: 1, updates: 0, faults: 2, requests: 2, tasks: 1 },
];

/** In the order of their size, as far as the time goes. */
export const largerLevels: readonly Level[] = [
  { hosts: 2, places: 1, updates: 2, faults: 2, requests: 3 },
  { hosts: 2, places: 1, updates: 1, faults: 2, requests: 2, tasks: 1 },
  { hosts: 3, places: 1, updates: 2, faults: 1, requests: 2 },
  { hosts: 3, places: 2, updates: 2, faults: 1, requests: 2 },
  { hosts: 4, places: 2, updates: 1, faults: 1, requests: 2 },
  { hosts: 3, places: 2, updates: 2, faults: 2, requests: 2 },
  { hosts: 2, places: 1, updates: 2, faults: 3, requests: 2 },
  { hosts: 3, places: 1, updates: 2, faults: 2, requests: 3 },
];

/** What one level showed. */
export interface Examined {
  level: Level;
  explored: Explored;
  coverage: Coverage;
  /** How often each fault fired. */
  faults: Map<Fault, number>;
  seconds: number;
}

/** Explores the shipped system within a level's bounds; `reduced` as in the setting, for states are many. */
export function examine(level: Level, limits: Limits, reduced = true): Examined {
  const { hosts, places, updates, faults, requests, tasks = 0 } = level;
  const setting = newSetting({
    hosts,
    places,
    head: updates,
    maxFaults: faults,
    messages: requests,
    tasks,
    reduced,
  });
  const world = new World(setting);
  const start = performance.now();
  const explored = explore(world, limits);
  return {
    level,
    explored,
    coverage: setting.coverage,
    faults: world.faultCounts(explored.fired),
    seconds: (performance.now() - start) / 1000,
  };
}

/** A level in one line. */
export function wordsOf({ hosts, places, updates, faults, requests, tasks = 0 }: Level): string {
  const many = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  return `${many(hosts, 'host')}, ${many(places, 'place')}, ${many(updates, 'boot')}, ${tasks > 0 ? `${many(tasks, 'task')}, ` : ''}${many(requests, 'request')}, faults ≤ ${faults}`;
}
