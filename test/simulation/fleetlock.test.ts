import { expect, it } from 'vitest';
import { explore } from './explore.ts';
import { FleetLockWorld } from './fleetlock/model.ts';
import { fleetLockMutants, fleetLockSetting, tryFleetLockMutant } from './fleetlock/mutants.ts';

it('has at most one of two foreign hosts down, whatever goes wrong once', () => {
  const world = new FleetLockWorld({ ...fleetLockSetting, faults: 1 });
  const { violation, complete, states, fired } = explore(world);
  expect(violation).toBeUndefined();
  expect(complete).toBe(true);
  expect(states).toBeGreaterThan(10_000);
  expect([...world.faultCounts(fired)].filter(([, count]) => count === 0)).toEqual([]);
}, 120_000);

it.each(fleetLockMutants.filter(({ expected }) => expected === 'found'))(
  'mutant: $name',
  (mutant) => {
    const { isRight, explored } = tryFleetLockMutant(mutant, Date.now() + 100_000);
    expect(isRight).toBe(true);
    expect(explored.violation?.problem).toBe('2 hosts are down, 1 may be');
  },
  120_000,
);
