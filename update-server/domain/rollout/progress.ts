import type { CurveAnswer } from '../../../protocol/api/dashboard.ts';
import { planOf } from './forecast.ts';
import { limitsOf } from './judge.ts';
import type { Rollout } from './rollout.ts';
import { type ProgressStep, thin, totals } from './summary.ts';

/** Planned and actual progress, with the failure rate as the limits count it: from the last resume on. */
export function curveOf(rollout: Rollout, steps: readonly ProgressStep[], now: Date): CurveAnswer {
  const { starts, resumed, active, baseline } = rollout;
  const none = { confirmed: 0, failed: 0 };
  return {
    now: now.toISOString(),
    ...{ starts, resumed, active },
    limit: limitsOf(rollout),
    actual: thin(totals(steps)).map((point) => ({
      ...point,
      failureRate: failureRate(point, point.at < resumed ? none : baseline),
    })),
    planned: planOf(rollout, now),
  };
}

function failureRate(
  now: { confirmed: number; failed: number },
  since: { confirmed: number; failed: number },
): number | null {
  const failed = now.failed - since.failed;
  const done = failed + now.confirmed - since.confirmed;
  return done > 0 ? (failed * 100) / done : null;
}
