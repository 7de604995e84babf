import type { RolloutAction } from '../../../protocol/api/rollout.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { mayApply } from '../../../protocol/rules/rollout-actions.ts';
import { type Rollout, rampRan } from './rollout.ts';

/** What a rollout is after an operator's action. Throws `wrong_state`. */
export function applyAction(rollout: Rollout, action: RolloutAction, now: Date, reason: string): Rollout {
  if (!mayApply(action, rollout.state)) {
    throw new InterlockError('wrong_state', { what: `rollout ${rollout.id}`, state: rollout.state, action });
  }
  if (rollout.bad !== null && (action === 'resume' || action === 'finish')) {
    throw new InterlockError('wrong_state', {
      what: `rollout ${rollout.id}`,
      state: `damaged (${rollout.bad})`,
      action,
    });
  }
  switch (action) {
    case 'pause':
      return stop(rollout, 'paused', now, reason);
    case 'abort':
      return stop(rollout, 'aborted', now, reason);
    case 'finish':
      return { ...rollout, full: true, canaryPassed: rollout.canaryPassed ?? now.toISOString(), reason };
    case 'resume':
      return resume(rollout, now, reason);
  }
}

/** Stops a rollout and its ramp's clock. */
export function stop(
  rollout: Rollout,
  state: 'paused' | 'halted' | 'aborted',
  now: Date,
  reason: string,
): Rollout {
  const rampRanMs = Math.round(rampRan(rollout, now));
  return { ...rollout, state, reason, rampRanMs, rampSince: null, haltedFor: [], haltLine: null };
}

/** Notes that the canary passed: the ramp begins. */
export function passCanary(rollout: Rollout, now: Date): Rollout {
  return { ...rollout, canaryPassed: now.toISOString(), rampSince: now.toISOString() };
}

/** After a resume, what failed before counts no more and the canary's time begins anew; `excuses` is true after one. */
export function noteResume(
  present: Rollout,
  next: Rollout,
  watchedMs: number,
): { rollout: Rollout; excuses: boolean } {
  const excuses = next.state === 'running' && present.state !== 'running' && present.state !== 'completed';
  return { rollout: excuses ? { ...next, resumedMs: watchedMs } : next, excuses };
}

function resume(rollout: Rollout, now: Date, reason: string): Rollout {
  const later = Math.max(now.getTime(), Date.parse(rollout.starts));
  const since = new Date(later).toISOString();
  const { inFlight: _, ...baseline } = rollout.counts;
  return {
    ...rollout,
    state: 'running',
    reason,
    resumed: since,
    rampSince: rollout.policy.canary && !rollout.canaryPassed ? null : since,
    baseline,
    haltedFor: [],
    haltLine: null,
  };
}
