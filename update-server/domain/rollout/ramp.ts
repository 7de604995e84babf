import type { Pace } from '../../../protocol/documents/policy.ts';
import { percentAt, reachedAfterMs } from '../../../protocol/rules/ramp.ts';
import { cohorts } from './cohort.ts';

/** True when hosts of this cohort may start. */
export function isIn(pace: Pace, ranMs: number, cohort: number): boolean {
  return cohort + 1 <= (percentAt(pace, ranMs) * cohorts) / 100;
}

/** How long a rollout must run until hosts of this cohort may start; null when its ramp ends before them. */
export function opensAfterMs(pace: Pace, cohort: number): number | null {
  return reachedAfterMs(pace, ((cohort + 1) * 100) / cohorts);
}
