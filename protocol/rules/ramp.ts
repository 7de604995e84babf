import type { Pace } from '../documents/policy.ts';

type Ramp = Pick<Pace, 'ramp' | 'shape'>;

/** The share of hosts, in percent, that may start once a rollout has run for `ranMs`. */
export function percentAt({ ramp, shape }: Ramp, ranMs: number): number {
  const index = ramp.findLastIndex((step) => step.afterMs <= ranMs);
  const step = ramp[index];
  if (!step) return 0;
  const next = ramp[index + 1];
  if (shape === 'staircase' || !next) return step.percent;
  const share = (ranMs - step.afterMs) / (next.afterMs - step.afterMs);
  return step.percent + share * (next.percent - step.percent);
}

/** How long a rollout must run until its ramp reaches `percent`; null when the ramp ends before. */
export function reachedAfterMs({ ramp, shape }: Ramp, percent: number): number | null {
  const index = ramp.findIndex((step) => step.percent >= percent);
  const step = ramp[index];
  if (!step) return null;
  const before = ramp[index - 1];
  if (shape === 'staircase' || !before) return step.afterMs;
  const share = (percent - before.percent) / (step.percent - before.percent);
  return Math.ceil(before.afterMs + share * (step.afterMs - before.afterMs));
}
