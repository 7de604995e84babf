import { type Pace, type Policy, paceOf } from '../../../protocol/documents/policy.ts';
import { percentAt } from '../../../protocol/rules/ramp.ts';
import { nextClosing, nextOpening } from '../../../system/time/window.ts';
import { type Rollout, rampRan } from './rollout.ts';

/** A percentage that the ramp plans for a time; two at one time are a jump. */
export interface Planned {
  at: string;
  percent: number;
}

/** Spans of open windows that a plan shows. */
const shownSpans = 100;

/** True for a rollout that waits for its start; a paused one is paused. */
export function isScheduled(
  { state, begun, starts }: Pick<Rollout, 'state' | 'begun' | 'starts'>,
  now: Date,
): boolean {
  return state === 'running' && begun === null && Date.parse(starts) > now.getTime();
}

/**
 * When the ramp's clock stands at zero, in milliseconds since 1970, if the rollout goes on from now without a stop: not before
 * the start, after the canary's soak, and as much later as the rollout has stood still.
 */
export function rampBegin(rollout: Rollout, now: Date): number {
  const { policy, starts, begun, canaryPassed } = rollout;
  const from = begun ? now.getTime() : Math.max(now.getTime(), Date.parse(starts));
  const ran = rampRan(rollout, now);
  if (!policy.canary || canaryPassed || rollout.full) return from - ran;
  return Math.max(from, soakEnd(policy, new Date(begun ?? from)));
}

/** When the canaries have run a release for the soak time, if all confirm it as soon as they may. */
export function soakEnd(policy: Policy, starts: Date): number {
  if (!policy.canary) return starts.getTime();
  const { group, soakMs } = policy.canary;
  return nextOpening(paceOf(policy, group).windows, starts).getTime() + soakMs;
}

/** When hosts of a pace may start that its ramp reaches after so long. */
export function forecastStart(pace: Pace, afterMs: number, rollout: Rollout, now: Date): Date {
  return nextOpening(pace.windows, new Date(Math.max(rampBegin(rollout, now) + afterMs, now.getTime())));
}

/** The ramp on the calendar: from its start, and only while its windows are open. */
export function planOf(rollout: Rollout, now: Date): Planned[] {
  const { policy } = rollout;
  const begin = rampBegin(rollout, now);
  return policy.windows.length === 0 ? steps(policy, begin) : throughWindows(policy, begin);
}

function steps({ ramp, shape }: Pace, begin: number): Planned[] {
  return ramp.flatMap(({ afterMs, percent }, index) => {
    const before = ramp[index - 1];
    const edge = before && shape === 'staircase' ? [point(begin + afterMs, before.percent)] : [];
    return [...edge, point(begin + afterMs, percent)];
  });
}

function throughWindows(pace: Pace, begin: number): Planned[] {
  const all = steps(pace, begin);
  const end = begin + (pace.ramp.at(-1)?.afterMs ?? 0);
  const share = (ms: number) => percentAt(pace, ms - begin);
  const planned: Planned[] = [];
  let from = nextOpening(pace.windows, new Date(begin)).getTime();
  for (let span = 0; span < shownSpans; span++) {
    const to = nextClosing(pace.windows, new Date(from)).getTime();
    const inside = all.filter(({ at }) => Date.parse(at) > from && Date.parse(at) <= to);
    planned.push(point(from, planned.at(-1)?.percent ?? 0), point(from, share(from)), ...inside);
    if (to >= end) break;
    planned.push(point(to, share(to)));
    from = nextOpening(pace.windows, new Date(to)).getTime();
  }
  return planned;
}

function point(ms: number, percent: number): Planned {
  return { at: new Date(ms).toISOString(), percent };
}
