import type { Rollout } from './rollout.ts';

/** What the canary hosts have done with a release. */
export interface CanaryFacts {
  /** Canary hosts seen lately. */
  active: number;
  /** Those among them that run the release, confirmed. */
  confirmed: number;
  /** When the last of them confirmed it; null when none did. */
  last: string | null;
}

/** Why a running rollout must stop now; null when it may go on. Counts from the last resume on. */
export function haltReason({ policy, counts, baseline }: Rollout): string | null {
  const failed = counts.failed - baseline.failed;
  const finished = failed + counts.confirmed - baseline.confirmed;
  if (counts.canaryFailed > baseline.canaryFailed) return 'a canary host failed';
  if (failed >= policy.maxFailures) return `${failed} hosts failed, the limit is ${policy.maxFailures}`;
  const { percent, sample } = policy.failureRate;
  if (finished >= sample && failed * 100 > finished * percent) {
    return `${failed} of ${finished} hosts failed, the limit is ${percent} %`;
  }
  return null;
}

/** Where a rollout's canary stands: passed, to be waited for, or a reason to halt. */
export function judgeCanary(
  { policy, resumed }: Rollout,
  facts: CanaryFacts,
  now: Date,
): 'passed' | 'wait' | { halt: string } {
  const { canary } = policy;
  if (!canary) return 'passed';
  const whole = facts.active > 0 && facts.confirmed === facts.active;
  if (whole && facts.last && now.getTime() - Date.parse(facts.last) >= canary.soakMs) return 'passed';
  if (now.getTime() - Date.parse(resumed) < canary.timeoutMs) return 'wait';
  if (facts.active === 0) return { halt: `no host of the canary group ${canary.group} was seen in 14 days` };
  return {
    halt: `${facts.confirmed} of ${facts.active} canary hosts had confirmed it when their time was over`,
  };
}
