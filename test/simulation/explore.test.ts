import { expect, it } from 'vitest';
import { explore, type Model } from './explore.ts';

/** Two jugs of 3 and 5 litres; the target is wrong to reach, so that the search shows a shortest way. */
function jugs(target: number): Model {
  const labels = ['fill 3', 'fill 5', 'empty 3', 'empty 5', '3 into 5', '5 into 3'];
  return {
    width: 2,
    initial: new Int32Array([0, 0]),
    next([a = 0, b = 0], emit) {
      const ways = [
        [3, b],
        [a, 5],
        [0, b],
        [a, 0],
        [Math.max(0, a + b - 5), Math.min(5, a + b)],
        [Math.min(3, a + b), Math.max(0, a + b - 3)],
      ];
      ways.forEach((to, label) => void emit(label, new Int32Array(to)));
    },
    canonicalise: () => 0,
    violation: (state) => (state[1] === target ? `${target} litres` : undefined),
    describe: (path) => path.slice(1).map(({ label }) => labels[label]!),
  };
}

it('finds a shortest way to a violation', () => {
  const { violation } = explore(jugs(4));
  expect(violation).toEqual({
    problem: '4 litres',
    trace: ['fill 5', '5 into 3', 'empty 3', '5 into 3', 'fill 5', '5 into 3'],
  });
});

it('sees every state once when nothing is wrong, and says so', () => {
  const { states, complete, violation } = explore(jugs(9));
  expect({ states, complete, violation }).toEqual({ states: 16, complete: true, violation: undefined });
});

it('stops at a bound and does not call that complete', () => {
  const { states, complete } = explore(jugs(9), { states: 5 });
  expect(complete).toBe(false);
  expect(states).toBeLessThan(16);
});
