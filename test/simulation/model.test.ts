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
    'task fails',
    'task asks for a reboot',
    'task is cut off',
    'task hangs and is ended',
    'operator confirms',
    'operator retries',
    'operator clears failures',
  ]);
});

it('holds for maintenance, whatever becomes of a task', () => {
  const level = { hosts: 2, places: 1, updates: 0, faults: 1, requests: 2, tasks: 1 };
  const { explored, faults } = examine(level, {});
  expect(explored).toMatchObject({ complete: true });
  expect(explored.violation).toBeUndefined();
  const silent = [...faults].filter(([fault, count]) => count === 0 && fault.startsWith('task'));
  expect(silent).toEqual([]);
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
  'task ended is healthy',
  'same boot gives back after a crash',
];
it.each(mutants.filter(({ name }) => quick.includes(name)))('mutant: $name', (mutant) => {
  const { isRight, explored } = tryMutant(mutant, Date.now() + 20_000);
  expect(isRight).toBe(true);
  if (mutant.expected === 'found') expect(explored.violation?.trace.length).toBeGreaterThan(10);
});
