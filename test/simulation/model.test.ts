import { expect, it } from 'vitest';
import { examine } from './levels.ts';
import { tryMutant } from './mutants/mutant.ts';
import { mutants } from './mutants/mutants.ts';

it('has at most one of two hosts out, whatever goes wrong once', () => {
  const { explored, faults } = examine(
    { hosts: 2, places: 1, updates: 2, faults: 1, requests: 2 },
    {},
    false,
  );
  expect(explored.violation).toBeUndefined();
  expect(explored.complete).toBe(true);
  expect(explored.states).toBeGreaterThan(20_000);
  const silent = [...faults].filter(([, count]) => count === 0).map(([fault]) => fault);
  expect(silent).toEqual([
    'good entry is lost',
    'operator confirms',
    'operator retries',
    'operator clears failures',
  ]);
});

it('gives the same numbers every time', () => {
  const numbers = () => {
    const { states, transitions, depth } = examine(
      { hosts: 2, places: 1, updates: 2, faults: 0, requests: 2 },
      {},
    ).explored;
    return { states, transitions, depth };
  };
  expect(numbers()).toEqual(numbers());
});

it('sees a violation also when what happens unseen is done at once', () => {
  const found = mutants.filter(({ expected }) => expected === 'found');
  for (const mutant of found) {
    const reduced = { ...mutant, world: { ...mutant.world, reduced: true } };
    expect(tryMutant(reduced, Date.now() + 20_000).explored.violation, mutant.name).toBeDefined();
  }
});

const quick = [
  'lease',
  'read instead of transaction',
  'release before healthy',
  'the same, by the state machine alone',
  'cancel bars nothing',
];
it.each(mutants.filter(({ name }) => quick.includes(name)))('mutant: $name', (mutant) => {
  const { isRight, explored } = tryMutant(mutant, Date.now() + 20_000);
  expect(isRight).toBe(true);
  if (mutant.expected === 'found') expect(explored.violation?.trace.length).toBeGreaterThan(10);
});
