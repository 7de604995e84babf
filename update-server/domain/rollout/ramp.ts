import type { Pace } from '../../../protocol/documents/policy.ts';
import { cohorts } from './cohort.ts';

/** The share of cohorts, in percent, that may start once a rollout ran for `ranMs`. */
export function percentAt({ ramp, shape }: Pace, ranMs: number): number {
  const at = ramp.findLastIndex((step) => step.afterMs <= ranMs);
  const step = ramp[at];
  if (!step) return 0;
  const next = ramp[at + 1];
  if (shape === 'staircase' || !next) return step.percent;
  const share = (ranMs - step.afterMs) / (next.afterMs - step.afterMs);
  return step.percent + share * (next.percent - step.percent);
}

/** True when hosts of this cohort may start. */
export function isIn(pace: Pace, ranMs: number, cohort: number): boolean {
  return cohort + 1 <= (percentAt(pace, ranMs) * cohorts) / 100;
}

/** How long a rollout must run until hosts of this cohort may start; null when its ramp ends before them. */
export function opensAfterMs({ ramp, shape }: Pace, cohort: number): number | null {
  const percent = ((cohort + 1) * 100) / cohorts;
  const at = ramp.findIndex((step) => step.percent >= percent);
  const step = ramp[at];
  if (!step) return null;
  const before = ramp[at - 1];
  if (shape === 'staircase' || !before) return step.afterMs;
  const share = (percent - before.percent) / (step.percent - before.percent);
  return Math.ceil(before.afterMs + share * (step.afterMs - before.afterMs));
}
