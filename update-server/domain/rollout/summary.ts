import type { RolloutDetail, RolloutSummary } from '../../../protocol/api/rollout.ts';
import type { PolicyText } from '../../../protocol/documents/policy.ts';
import { percentAt } from '../../../protocol/rules/ramp.ts';
import type { RolloutHosts } from './count-hosts.ts';
import { countByNow } from './count-waiting.ts';
import { isScheduled, planOf } from './forecast.ts';
import { isOver } from './over.ts';
import { inFlightLimit, type Rollout, rampRan } from './rollout.ts';

/** Grants of a rollout and their ends within a minute. */
export interface ProgressStep {
  /** The last of them. */
  at: string;
  granted: number;
  confirmed: number;
  failed: number;
}

/** A rollout's policy as written, its hosts' last answers, and its grants over time. */
export interface RolloutFacts extends Pick<RolloutDetail, 'waiting' | 'named'> {
  /** The version that hosts would go back to. */
  goBack: string | null;
  hosts: RolloutHosts;
  policyText: PolicyText;
  /** Beginnings and ends of counted grants, oldest first. */
  steps: ProgressStep[];
}

const shown = 200;

/** A rollout as operators see it in a list. */
export function summarise(rollout: Rollout, now: Date): RolloutSummary {
  const { id, name, channel, arch, version, release, created, starts, active } = rollout;
  const state = isScheduled(rollout, now) ? 'scheduled' : rollout.state;
  const reason = rollout.bad === null ? rollout.reason : `it is damaged and starts no host: ${rollout.bad}`;
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

/** A rollout with its planned and actual progress. */
export function detail(rollout: Rollout, facts: RolloutFacts, now: Date): RolloutDetail {
  const { confirmed, failed } = rollout.baseline;
  return {
    ...summarise(rollout, now),
    policyText: facts.policyText,
    resumed: rollout.resumed,
    baseline: { confirmed, failed },
    waiting: countByNow(facts.waiting, rollout, now),
    over: isOver(rollout, facts.hosts, now),
    tally: {
      on: facts.hosts.on,
      coming: facts.hosts.coming,
      unable: [...facts.hosts.unable].map(([reason, hosts]) => ({ reason, hosts })),
    },
    named: facts.named,
    goBack: facts.goBack,
    curve: thin(totals(facts.steps)),
    planned: planOf(rollout, now),
  };
}

function percentNow(rollout: Rollout, now: Date): number {
  if (!rollout.begun && Date.parse(rollout.starts) > now.getTime()) return 0;
  if (rollout.full) return 100;
  if (rollout.policy.canary && !rollout.canaryPassed) return 0;
  return percentAt(rollout.policy, rampRan(rollout, now));
}

/** Running totals from what happened in each step. */
export function totals(steps: readonly ProgressStep[]): RolloutDetail['curve'] {
  const sum = { granted: 0, confirmed: 0, failed: 0 };
  return steps.map(({ at, granted, confirmed, failed }) => {
    sum.granted += granted;
    sum.confirmed += confirmed;
    sum.failed += failed;
    return { at, ...sum };
  });
}

/** As many points as a chart can show, the last among them. */
export function thin<T>(points: readonly T[]): T[] {
  const every = Math.max(1, Math.ceil(points.length / shown));
  return points.filter((_, index) => (points.length - 1 - index) % every === 0);
}
