import { percentAt } from '../../../protocol/rules/ramp.ts';
import { stop } from './apply-action.ts';
import type { RolloutHosts } from './count-hosts.ts';
import { haltReason } from './judge.ts';
import { type Rollout, rampRan } from './rollout.ts';

/** True if ramp and canary hold no host back and no host is under way: only then must the hosts be counted. */
export function mayBeOver(rollout: Rollout, now: Date): boolean {
  const { state, begun, policy, canaryPassed, full, counts } = rollout;
  if (state !== 'running' || !begun || counts.inFlight > 0) return false;
  if (full) return true;
  if (policy.canary && !canaryPassed) return false;
  const ran = rampRan(rollout, now);
  return [policy, ...policy.groups.values()].every((pace) => percentAt(pace, ran) >= 100);
}

/** Over: everybody who can come is through. Good is another fact. */
export function isOver(rollout: Rollout, hosts: RolloutHosts, now: Date): boolean {
  return rollout.state === 'completed' || (mayBeOver(rollout, now) && hosts.coming === 0);
}

/**
 * What becomes of a rollout that is over: completed when hosts run the release, halted when more failed than may.
 * If no host runs it and none failed, it continues for hosts that appear later.
 */
export function finishUp(rollout: Rollout, hosts: RolloutHosts, now: Date): Rollout {
  if (!mayBeOver(rollout, now) || hosts.coming > 0) return rollout;
  const reason = haltReason(rollout, true);
  if (reason) return stop(rollout, 'halted', now, reason);
  return hosts.on > 0 ? { ...rollout, state: 'completed', reason: '' } : rollout;
}
