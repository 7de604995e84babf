import { passCanary, stop } from './apply-action.ts';
import { auditedState, type ServerAudit } from './audit.ts';
import type { CanaryFacts } from './canary.ts';
import type { RolloutHosts } from './count-hosts.ts';
import { type GrantedHost, halt, nameHosts, type RolloutChange, restsOnSilence } from './halt.ts';
import { haltReason, judgeCanary } from './judge.ts';
import { lift, mayLift } from './lift.ts';
import { finishUp, mayBeOver } from './over.ts';
import { isOpen, keepPace, type Rollout } from './rollout.ts';

/** The time at which a rollout is looked at. */
export interface TickTime {
  now: Date;
  /** The time watched over until now, and how much of it since the last look. */
  watchedMs: number;
  coveredMs: number;
}

/** What a store reads about a rollout before it advances; what `factsNeeded` does not ask for may be missing. */
export interface AdvanceFacts {
  /** Approved hosts of its channel and architecture seen lately. */
  active: number;
  canary?: CanaryFacts | undefined;
  counts?: RolloutHosts | undefined;
  /** Its silent hosts that are not excused. */
  silent?: readonly GrantedHost[] | undefined;
  /** The hosts that its halt rests on. */
  behind?: readonly GrantedHost[] | undefined;
  /** Whether a person changed the rollout, its channel or those hosts since it halted. */
  hasOperatorActed?: boolean | undefined;
}

/** Which facts beside the active hosts a rollout needs now: some take a walk over its fleet. */
export function factsNeeded(
  rollout: Rollout,
  time: TickTime,
): Record<'canary' | 'counts' | 'silent' | 'behind', boolean> {
  const next = keepPace(rollout, time.now, time.watchedMs, time.coveredMs);
  const isJudged = rollout.bad === null && isOpen(next);
  const canary = isJudged && waitsForCanary(next);
  return {
    canary,
    counts: isJudged && mayBeOver(canary ? passCanary(next, time.now) : next, time.now),
    silent: isJudged && restsOnSilence(next),
    behind: rollout.bad === null && next.state === 'halted' && next.haltedFor.length > 0,
  };
}

/** How time changes a rollout: its canary passes, it halts, completes or continues; null if there is nothing to write. */
export function advance(present: Rollout, facts: AdvanceFacts, time: TickTime): RolloutChange | null {
  if (present.bad !== null) return null;
  const paced = keepPace(present, time.now, time.watchedMs, time.coveredMs);
  const next = { ...paced, active: facts.active };
  if (next.state === 'halted') return liftIfDue(next, facts, time.now);
  if (isOpen(next)) return judge(next, facts, time);
  return next.begun !== present.begun ? { rollout: next, audits: [] } : null;
}

function judge(rollout: Rollout, facts: AdvanceFacts, time: TickTime): RolloutChange {
  const { now } = time;
  const { silent = [] } = facts;
  const reason = haltReason(rollout);
  if (reason) return halt(rollout, reason, silent, now);
  const next = finish(throughCanary(rollout, facts, time), facts, now);
  if (next.state === 'halted') return halt(rollout, next.reason, silent, now);
  const audits: ServerAudit[] = [];
  if (next.canaryPassed !== rollout.canaryPassed) {
    audits.push(lineOf(rollout, next, 'canary passed', `group ${rollout.policy.canary?.group}`));
  }
  if (next.state === 'completed' && rollout.state !== 'completed') {
    const { confirmed, failed } = next.counts;
    audits.push(lineOf(rollout, next, 'complete', `${confirmed} good, ${failed} failed`));
  }
  return { rollout: next, audits };
}

function waitsForCanary({ policy, canaryPassed, begun }: Rollout): boolean {
  return policy.canary !== null && !canaryPassed && begun !== null;
}

function throughCanary(rollout: Rollout, { canary }: AdvanceFacts, { now, watchedMs }: TickTime): Rollout {
  if (!waitsForCanary(rollout) || !canary) return rollout;
  const verdict = judgeCanary(rollout, canary, watchedMs);
  if (verdict === 'wait') return rollout;
  return verdict === 'passed' ? passCanary(rollout, now) : stop(rollout, 'halted', now, verdict.halt);
}

function finish(rollout: Rollout, { counts }: AdvanceFacts, now: Date): Rollout {
  return counts && mayBeOver(rollout, now) ? finishUp(rollout, counts, now) : rollout;
}

function liftIfDue(
  rollout: Rollout,
  { behind = [], hasOperatorActed = false }: AdvanceFacts,
  now: Date,
): RolloutChange | null {
  const outcomes = behind.map(({ outcome }) => outcome);
  const isWhole = behind.length === rollout.haltedFor.length;
  if (!isWhole || !mayLift(rollout, outcomes, hasOperatorActed)) return null;
  const next = lift(rollout, now, 'resumed by itself: all silent hosts have confirmed');
  const detail = `silent, and since confirmed: ${nameHosts(behind)}`;
  return { rollout: next, audits: [lineOf(rollout, next, 'lift halt', detail)] };
}

function lineOf(rollout: Rollout, next: Rollout, action: string, detail: string): ServerAudit {
  return {
    ...{ action, detail },
    subject: { kind: 'rollout', id: rollout.id },
    before: auditedState(rollout),
    after: auditedState(next),
  };
}
