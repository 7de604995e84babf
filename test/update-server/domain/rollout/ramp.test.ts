import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPolicy } from '../../../../protocol/documents/policy.ts';
import { percentAt } from '../../../../protocol/rules/ramp.ts';
import { cohortOf, cohorts } from '../../../../update-server/domain/rollout/cohort.ts';
import { isIn, opensAfterMs } from '../../../../update-server/domain/rollout/ramp.ts';

const hour = 3_600_000;
const hosts = Array.from({ length: 20_000 }, (_, n) => `host-${n}`);
const step = fc.record({
  hours: fc.integer({ min: 1, max: 500 }),
  percent: fc.integer({ min: 0, max: 100 }),
});
const anyPace = fc
  .record({
    first: fc.nat(48),
    steps: fc.array(step, { maxLength: 6 }),
    shape: fc.constantFrom('staircase', 'linear'),
  })
  .map(({ first, steps, shape }) => {
    const percents = [0, ...steps.map(({ percent }) => percent)].sort((a, b) => a - b);
    let at = first;
    const ramp = percents.map((percent, n) => {
      at += n === 0 ? 0 : steps[n - 1]!.hours;
      return { start_after: `${at} hours`, percent };
    });
    return readPolicy({ ramp, shape });
  });

describe('cohorts', () => {
  it('follow the ramp within sampling error', () => {
    for (const percent of [1, 10, 33, 90]) {
      const invited = hosts.filter((id) => cohortOf(id, 'release') < (percent * cohorts) / 100).length;
      const expected = (hosts.length * percent) / 100;
      const deviation = Math.sqrt((expected * (100 - percent)) / 100);
      expect(Math.abs(invited - expected)).toBeLessThan(4 * deviation);
    }
  });

  it('of two releases are independent: a tenth of the first tenth is in the second', () => {
    const first = hosts.filter((id) => cohortOf(id, 'one') < cohorts / 10);
    const both = first.filter((id) => cohortOf(id, 'two') < cohorts / 10).length;
    expect(Math.abs(both - first.length / 10)).toBeLessThan(4 * Math.sqrt(first.length * 0.09));
  });
});

describe('a ramp', () => {
  it('waits at the steps of a staircase and climbs a line', () => {
    const ramp = [
      { start_after: '0 days', percent: 10 },
      { start_after: '10 hours', percent: 20 },
    ];
    const percents = (shape: 'staircase' | 'linear') =>
      [0, 5, 9, 10, 99].map((hours) => percentAt(readPolicy({ ramp, shape }), hours * hour));
    expect(percents('staircase')).toEqual([10, 10, 10, 20, 20]);
    expect(percents('linear')).toEqual([10, 15, 19, 20, 20]);
  });

  it('never goes down, and lets a cohort in exactly when it says it will', () => {
    const time = fc.nat(2000 * hour);
    fc.assert(
      fc.property(anyPace, time, time, fc.nat(cohorts - 1), (pace, one, two, cohort) => {
        const [early, late] = [Math.min(one, two), Math.max(one, two)];
        expect(percentAt(pace, early)).toBeLessThanOrEqual(percentAt(pace, late));
        const opens = opensAfterMs(pace, cohort);
        const planned = opens !== null && opens <= one;
        if (opens !== null && Math.abs(opens - one) <= 1) return;
        expect(isIn(pace, one, cohort)).toBe(planned);
      }),
      { numRuns: 3000 },
    );
  });
});
