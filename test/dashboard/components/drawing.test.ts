import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alongTimes, stack, thin } from '../../../dashboard/components/drawing.ts';
import { drawVersions } from '../../../dashboard/pages/overview/draw-versions.ts';
import { drawFailures, drawProgress } from '../../../dashboard/pages/rollout/draw-progress.ts';
import type { CurveAnswer } from '../../../protocol/api/dashboard.ts';

describe('alongTimes', () => {
  const points = [
    { time: 10, value: 1 },
    { time: 20, value: 5 },
  ];

  it('holds a value until the next one, and says nothing before the first or after the end', () => {
    expect(alongTimes([0, 10, 15, 20, 30], points)).toEqual([null, 1, 1, 5, 5]);
    expect(alongTimes([10, 20, 30], points, 'staircase', 20)).toEqual([1, 5, null]);
  });

  it('climbs evenly from one to the next', () => {
    expect(alongTimes([10, 15, 20, 30], points, 'linear')).toEqual([1, 3, 5, 5]);
  });
});

it('stacks areas so that the last one ends at the sum', () => {
  const counts = fc.array(fc.array(fc.nat(1000), { minLength: 4, maxLength: 4 }), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(counts, (rows) => {
      const stacked = stack(rows.map((values) => ({ label: '', color: '', values })));
      const sums = [0, 1, 2, 3].map((at) => rows.reduce((sum, row) => sum + row[at]!, 0));
      expect(stacked.at(-1)).toEqual(sums);
    }),
  );
});

it('thins evenly and keeps both ends', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 2, max: 30 }), (length, most) => {
      const chosen = thin(length, most);
      expect(chosen.length).toBe(Math.min(length, most));
      expect([chosen[0], chosen.at(-1)]).toEqual([0, length - 1]);
      expect(new Set(chosen).size).toBe(chosen.length);
    }),
  );
});

it('shows the newest version first, and many old ones together', () => {
  const times = [1, 2, 3].map((day) => `2026-01-0${day}T00:00:00Z`);
  const old = [1, 2, 3, 4, 5, 6].map((n) => ({ name: 'core', version: `1.${n}`, hosts: [n, 0, 0] }));
  const series = [
    ...old,
    { name: 'core', version: '2.0', hosts: [0, 21, 21] },
    { name: 'core', version: null, hosts: [0, 0, 1] },
  ];
  const { curves } = drawVersions({ times, series });
  expect(curves.map(({ label }) => label)).toEqual(['2.0', '1.6', '1.5', '1.4', '1.3', 'others']);
  expect(curves.at(-1)!.values).toEqual([3, 0, 1]);
});

describe('a rollout', () => {
  const at = (hour: number) => `2026-01-01T${String(hour).padStart(2, '0')}:00:00Z`;
  const curve: CurveAnswer = {
    now: at(5),
    starts: at(0),
    resumed: at(0),
    active: 10,
    limit: { failures: 5, percent: 10, sample: 3 },
    actual: [
      { at: at(1), granted: 2, confirmed: 0, failed: 1, failureRate: 100 },
      { at: at(3), granted: 5, confirmed: 3, failed: 1, failureRate: 25 },
    ],
    planned: [
      { at: at(2), percent: 50 },
      { at: at(8), percent: 100 },
    ],
  };
  const ramp = [
    { start_after: '0 days', percent: 50 },
    { start_after: '6 hours', percent: 100 },
  ];

  it('is planned to the end of its ramp and told up to now', () => {
    const { times, curves, now } = drawProgress(curve, { ramp });
    const hours = times.map((time) => (time - times[0]!) / 3600);
    expect(hours).toEqual([0, 1, 2, 3, 5, 8]);
    expect(now).toBe(times[4]);
    expect(curves.map(({ label, values }) => [label, values])).toEqual([
      ['planned', [50, 50, 50, 50, 50, 100]],
      ['started', [0, 20, 20, 50, 50, null]],
      ['confirmed', [0, 0, 0, 30, 30, null]],
    ]);
  });

  it('is not judged before enough are through', () => {
    const { curves, limits } = drawFailures(curve);
    expect(limits).toEqual([{ value: 10, label: 'halts above 10 %' }]);
    expect(curves.map(({ values }) => values)).toEqual([
      [null, null, 25, 25],
      [null, 100, 25, null],
    ]);
  });
});
