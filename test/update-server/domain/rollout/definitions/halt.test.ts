import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyAction, stop } from '../../../../../update-server/domain/rollout/apply-action.ts';
import { haltReason, judgeCanary } from '../../../../../update-server/domain/rollout/judge.ts';
import { inFlightLimit } from '../../../../../update-server/domain/rollout/rollout.ts';
import { begin, hoursLater, rollout } from '../make-rollout.ts';

const counts = fc.record({
  inFlight: fc.nat(50),
  confirmed: fc.nat(500),
  failed: fc.nat(50),
  canaryFailed: fc.nat(2),
  silent: fc.constant(0),
});
const limits = fc.record({
  max_failures: fc.integer({ min: 1, max: 30 }),
  failure_rate: fc.record({ percent: fc.nat(30), sample: fc.integer({ min: 1, max: 200 }) }),
});

describe('a rollout halts', () => {
  it('at any canary failure, at failed ≥ max_failures, or above the rate of finished = confirmed + failed', () => {
    fc.assert(
      fc.property(limits, counts, (text, seen) => {
        const finished = seen.confirmed + seen.failed;
        const { percent, sample } = text.failure_rate;
        const isDue =
          seen.canaryFailed > 0 ||
          seen.failed >= text.max_failures ||
          (finished >= sample && seen.failed / finished > percent / 100 + 1e-12);
        expect(haltReason(rollout({ text, counts: seen })) !== null).toBe(isDue);
      }),
      { numRuns: 2000 },
    );
  });

  it('no more for what failed before a resume: resume restarts the failure baseline', () => {
    fc.assert(
      fc.property(limits, counts, counts, (text, before, since) => {
        const halted = stop(rollout({ text, counts: before }), 'halted', begin, 'failed');
        const resumed = applyAction(halted, 'resume', hoursLater(1), 'mended');
        expect(haltReason(resumed)).toBeNull();
        const sum = {
          inFlight: 0,
          confirmed: before.confirmed + since.confirmed,
          failed: before.failed + since.failed,
          silent: 0,
          canaryFailed: before.canaryFailed + since.canaryFailed,
        };
        const anew = haltReason(rollout({ text, counts: since }));
        expect(haltReason({ ...resumed, counts: sum })).toBe(anew);
      }),
    );
  });
});

describe('a canary', () => {
  const text = { canary: { group: 'canary', soak: '2 hours', timeout: '24 hours' } };

  it('passes only when every active canary host has confirmed and soaked; its time-out halts', () => {
    const facts = fc
      .tuple(fc.nat(5), fc.nat(5), fc.nat(30))
      .map(([active, confirmed, last]) => ({ active, confirmed: Math.min(active, confirmed), last }));
    fc.assert(
      fc.property(facts, fc.nat(40), ({ active, confirmed, last }, hours) => {
        const lastMs = confirmed > 0 ? last * 3_600_000 : null;
        const seen = { active, confirmed, lastMs, missing: [] };
        const verdict = judgeCanary(rollout({ text }), seen, hours * 3_600_000);
        const hasPassed = active > 0 && confirmed === active && hours >= last + 2;
        if (hasPassed) expect(verdict).toBe('passed');
        else if (hours < 24) expect(verdict).toBe('wait');
        else expect(verdict).toEqual({ halt: expect.any(String) });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('in_flight', () => {
  it('is mandatory: without one it is the larger of 10 and 5 % of the active hosts', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (active) => {
        expect(inFlightLimit(rollout({ active }))).toBe(Math.max(10, Math.ceil(active / 20)));
      }),
    );
  });
});
