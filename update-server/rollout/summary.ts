import type { RolloutDetail, RolloutSummary } from '../../protocol/rollout.ts';
import type { RolloutStory } from '../store/store.ts';
import { percentAt } from './ramp.ts';
import { inFlightLimit, type Rollout, rampRan } from './rollout.ts';

const steps = 200;

/** A rollout as operators see it in a list. */
export function summarise(rollout: Rollout, now: Date): RolloutSummary {
  const { id, name, channel, arch, version, release, state, reason, created, starts, active } = rollout;
  const { inFlight, confirmed, failed } = rollout.counts;
  return {
    ...{ id, name, channel, arch, version, release, state, reason, created, starts, active },
    policy: rollout.policyName,
    percent: percentNow(rollout, now),
    canary: rollout.policy.canary ? (rollout.canaryPassed ? 'passed' : 'waiting') : null,
    ...{ inFlight, confirmed, failed },
    inFlightLimit: inFlightLimit(rollout),
  };
}

/** A rollout with its curve: what was planned, and what came of it. */
export function detail(rollout: Rollout, story: RolloutStory, now: Date): RolloutDetail {
  const { confirmed, failed } = rollout.baseline;
  return {
    ...summarise(rollout, now),
    policyText: story.policyText,
    resumed: rollout.resumed,
    baseline: { confirmed, failed },
    waiting: story.waiting,
    curve: curveOf(story.moments),
    planned: plan(rollout, now),
  };
}

function percentNow(rollout: Rollout, now: Date): number {
  if (rollout.full) return 100;
  if (rollout.policy.canary && !rollout.canaryPassed) return 0;
  return Date.parse(rollout.starts) > now.getTime() ? 0 : percentAt(rollout.policy, rampRan(rollout, now));
}

/** Running totals, thinned to what a chart can show. */
function curveOf(moments: RolloutStory['moments']): RolloutDetail['curve'] {
  const totals = { granted: 0, confirmed: 0, failed: 0 };
  const every = Math.max(1, Math.ceil(moments.length / steps));
  const curve: RolloutDetail['curve'] = [];
  moments.forEach(({ at, what }, index) => {
    totals[what]++;
    if (index % every === every - 1 || index === moments.length - 1) curve.push({ at, ...totals });
  });
  return curve;
}

/** The ramp on the calendar, from where its clock stands now. */
function plan(rollout: Rollout, now: Date): RolloutDetail['planned'] {
  const zero = now.getTime() - rampRan(rollout, now);
  const begin = rollout.rampSince ? Math.max(zero, Date.parse(rollout.starts) - rollout.rampRanMs) : zero;
  return rollout.policy.ramp.flatMap((step, index, ramp) => {
    const at = (ms: number) => new Date(begin + ms).toISOString();
    const before = ramp[index - 1];
    const edge =
      before && rollout.policy.shape === 'staircase'
        ? [{ at: at(step.afterMs), percent: before.percent }]
        : [];
    return [...edge, { at: at(step.afterMs), percent: step.percent }];
  });
}
