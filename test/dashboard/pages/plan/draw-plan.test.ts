import { expect, it } from 'vitest';
import { drawPlan } from '../../../../dashboard/pages/plan/draw-plan.ts';

const day = (n: number) => `2026-12-0${n}T22:00:00.000Z`;
const step = (at: string | null, hosts: number) => ({ at, group: null, hosts, some: [] });

it('adds step to step, two at one time together, and leaves out who never starts', () => {
  const { times, curves } = drawPlan({
    starts: day(1),
    steps: [step(day(2), 3), step(day(2), 4), step(day(4), 10), step(null, 5)],
  });
  expect(curves[0]!.values).toEqual([0, 7, 17, 17]);
  const [first = 0, second = 0, third = 0, end = 0] = times;
  expect([first + 1, second, third].map((time) => new Date(time * 1000).toISOString())).toEqual([
    day(1),
    day(2),
    day(4),
  ]);
  expect(end).toBeGreaterThan(third);
});
