import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyText } from '../../../../../protocol/documents/policy.ts';
import { refusal } from '../../../../../update-server/domain/rollout/admit.ts';
import { cohortOf, cohorts } from '../../../../../update-server/domain/rollout/cohort.ts';
import { aged, begin, hoursLater, rollout } from '../make-rollout.ts';

const hosts = Array.from({ length: 1500 }, (_, n) => `host-${n}`);
const release = fc.integer({ min: 0, max: 15 }).map((digit) => digit.toString(16).repeat(64));

/** Steps that rise in time and percent, from the hour `first` on. */
const anyRamp = fc
  .record({
    first: fc.nat(48),
    steps: fc.array(fc.record({ hours: fc.integer({ min: 1, max: 200 }), percent: fc.nat(100) }), {
      minLength: 1,
      maxLength: 5,
    }),
  })
  .map(({ first, steps }) => {
    const percents = steps.map(({ percent }) => percent).sort((a, b) => a - b);
    let hours = first;
    return steps.map((step, n) => {
      if (n > 0) hours += step.hours;
      return { hours, percent: percents[n]! };
    });
  });
type Ramp = { hours: number; percent: number }[];

function policyOf(ramp: Ramp, shape: 'staircase' | 'linear'): PolicyText {
  const steps = ramp.map(({ hours, percent }) => ({ start_after: `${hours} hours`, percent }));
  return { ramp: steps, shape, in_flight: 1_000_000 };
}

/** The curve as the policy's words draw it. */
function plannedPercent(ramp: Ramp, shape: 'staircase' | 'linear', hours: number): number {
  const past = ramp.filter((step) => step.hours <= hours).at(-1);
  const next = ramp.find((step) => step.hours > hours);
  if (!past) return 0;
  if (shape === 'staircase' || !next) return past.percent;
  return past.percent + ((hours - past.hours) * (next.percent - past.percent)) / (next.hours - past.hours);
}

describe('percent is a cohort threshold', () => {
  it('the ramp follows its curve within sampling error, for any start and step', () => {
    const shapes = fc.constantFrom('staircase' as const, 'linear' as const);
    fc.assert(
      fc.property(anyRamp, shapes, release, fc.nat(200), fc.nat(900), (ramp, shape, head, delay, hours) => {
        const starts = hoursLater(delay).toISOString();
        const text = policyOf(ramp, shape);
        const now = hoursLater(delay + hours);
        const one = aged(rollout({ text, release: head, starts, rampSince: starts }), now);
        const candidate = (id: string) => ({ id, group: 'web', granted: false });
        const started = hosts.filter((id) => refusal(one, candidate(id), now) === null).length;
        const share = plannedPercent(ramp, shape, hours) / 100;
        const deviation = Math.sqrt(hosts.length * share * (1 - share));
        expect(Math.abs(started - hosts.length * share)).toBeLessThanOrEqual(5 * deviation + 1);
      }),
      { numRuns: 60 },
    );
  });

  it('has no denominator: hosts that are off or come later change nobody’s turn', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        release,
        fc.nat(100),
        fc.nat(10_000),
        fc.nat(10_000),
        (id, head, percent, one, two) => {
          const text: PolicyText = { ramp: [{ start_after: '0 hours', percent }], in_flight: 10 };
          const [few, many] = [one, two].map((active) =>
            refusal(rollout({ text, release: head, active }), { id, group: 'web', granted: false }, begin),
          );
          expect(few).toBe(many);
          expect(few).toBe(cohortOf(id, head) < percent * 100 ? null : 'not_yet');
        },
      ),
    );
  });

  it('the cohorts of two releases are independent (chi-square over 10 × 10 cells)', () => {
    const fleet = Array.from({ length: 20_000 }, (_, n) => `host-${n}`);
    const tenth = (host: string, head: string) => Math.floor((cohortOf(host, head) * 10) / cohorts);
    for (const [one, two] of [
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'c'],
    ] as const) {
      const cells = new Array<number>(100).fill(0);
      for (const host of fleet) cells[tenth(host, one.repeat(64)) * 10 + tenth(host, two.repeat(64))]!++;
      const expected = fleet.length / cells.length;
      const statistic = cells.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
      // 99 degrees of freedom: beyond 161 once in ten thousand, below 52 likewise
      expect(statistic).toBeLessThan(161);
      expect(statistic).toBeGreaterThan(52);
    }
  });
});
