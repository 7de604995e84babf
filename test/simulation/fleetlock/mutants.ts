import { removePlace } from '../../../protocol/lock/fleet-semaphore.ts';
import { type Explored, explore } from '../explore.ts';
import { FleetLockWorld } from './model.ts';
import { type Rules, type Setting, shipped } from './rules.ts';

/** A classic mistake of servers that speak FleetLock. */
export interface FleetLockMutant {
  name: string;
  mistake: string;
  rules: Partial<Rules>;
  /** `found`: a violation is expected. Otherwise the rule that stops this half of a mistake. */
  expected: 'found' | { stoppedBy: string };
  /** The world in which it shows, where the usual one is larger than that needs. */
  world?: Partial<Setting>;
}

const removesWhatIsThere: Rules['give'] = (value, id) => removePlace(value, id);

/** The mistakes of cluster locks that have spoken it, one at a time. */
export const fleetLockMutants: readonly FleetLockMutant[] = [
  {
    name: 'FleetLock: calls out of turn',
    mistake: 'an old "give back" that waited in the server is done after a later "take"',
    rules: { inTurn: false },
    expected: 'found',
  },
  {
    name: 'FleetLock: repeated take is only read',
    mistake: 'who holds a place already is told yes, and nothing is written',
    rules: { writesRepeats: false },
    expected: 'found',
  },
  {
    name: 'FleetLock: swap without comparison',
    mistake: 'a swap puts the value that it computed',
    rules: { compares: false },
    expected: 'found',
  },
  {
    name: 'FleetLock: lease',
    mistake: 'a place ends by itself after some time',
    rules: { expires: true },
    expected: 'found',
  },
  {
    name: 'FleetLock: unlock by id',
    mistake: 'a "give back" removes whatever place the host has when it gets to it',
    rules: { give: removesWhatIsThere },
    expected: { stoppedBy: 'the turns' },
    world: { reboots: 1 },
  },
];

/** The shipped system in the small: two hosts for one place. */
export const fleetLockSetting: Setting = { hosts: 2, places: 1, reboots: 2, faults: 2, rules: shipped };

/** How a mutant fared. */
export interface FleetLockTrial {
  mutant: FleetLockMutant;
  explored: Explored;
  isRight: boolean;
}

/** Explores the world of a mutant. */
export function tryFleetLockMutant(mutant: FleetLockMutant, until: number): FleetLockTrial {
  const rules = { ...shipped, ...mutant.rules };
  const explored = explore(new FleetLockWorld({ ...fleetLockSetting, ...mutant.world, rules }), { until });
  const isFound = explored.violation !== undefined;
  const isRight = mutant.expected === 'found' ? isFound : !isFound && explored.complete;
  return { mutant, explored, isRight };
}
