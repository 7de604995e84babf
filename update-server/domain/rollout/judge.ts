import type { CanaryFacts, MissingHost } from './canary.ts';
import type { Rollout } from './rollout.ts';

/** What stops a rollout, as it counts for a fleet of this size. */
export function limitsOf({ policy, counts, active }: Pick<Rollout, 'policy' | 'counts' | 'active'>): {
  failures: number;
  percent: number;
  sample: number;
} {
  // hosts that came since the fleet was counted last are some of it, too
  const fleet = Math.max(active, counts.confirmed + counts.failed + counts.inFlight, 1);
  const { percent, sample } = policy.failureRate;
  return { failures: Math.min(policy.maxFailures, fleet), percent, sample: Math.min(sample, fleet) };
}

/**
 * Why a running rollout must stop now; null when it may go on. Counts from the last resume on. Limits in hosts are never
 * above the size of the fleet; once it is over, whatever finished is the sample, and failures alone are no success.
 */
export function haltReason({ policy, counts, baseline, active }: Rollout, isOver = false): string | null {
  const failed = counts.failed - baseline.failed;
  const good = counts.confirmed - baseline.confirmed;
  const finished = failed + good;
  const limits = limitsOf({ policy, counts, active });
  if (counts.canaryFailed > baseline.canaryFailed) return 'a canary host failed';
  if (failed >= limits.failures) return `${hosts(failed)} failed, the limit is ${limits.failures}`;
  const { percent } = limits;
  const sample = isOver ? 1 : limits.sample;
  if (finished >= sample && failed * 100 > finished * percent) {
    return `${failed} of ${hosts(finished)} failed, the limit is ${percent} %`;
  }
  if (isOver && failed > 0 && good <= 0) return `${hosts(failed)} failed and none is good`;
  return null;
}

/** Where a rollout's canary stands: passed, to be waited for, or a reason to halt. `watchedMs`: the time watched over. */
export function judgeCanary(
  { policy, resumedMs }: Pick<Rollout, 'policy' | 'resumedMs'>,
  facts: CanaryFacts,
  watchedMs: number,
): 'passed' | 'wait' | { halt: string } {
  const { canary } = policy;
  if (!canary) return 'passed';
  const whole = facts.active > 0 && facts.confirmed === facts.active;
  if (whole && facts.lastMs !== null && watchedMs - facts.lastMs >= canary.soakMs) return 'passed';
  if (watchedMs - resumedMs < canary.timeoutMs) return 'wait';
  if (facts.active === 0) {
    return { halt: `no host of the canary group ${canary.group} that may take it was seen in 14 days` };
  }
  const missing = facts.missing.length > 0 ? `; missing: ${nameHosts(facts.missing)}` : '';
  return {
    halt: `${facts.confirmed} of ${facts.active} canary hosts confirmed it in time${missing}`,
  };
}

const namedHosts = 5;

function nameHosts(missing: readonly MissingHost[]): string {
  const named = missing.slice(0, namedHosts).map(({ id, hostname, lastSeen, replacedBy }) => {
    const seen = lastSeen ? `last seen ${lastSeen}` : 'never seen';
    const anew = replacedBy ? `, enrolled again as ${replacedBy.slice(0, 8)}: forget the old record` : '';
    return `${hostname} (${id.slice(0, 8)}, ${seen}${anew})`;
  });
  const more = missing.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function hosts(count: number): string {
  return count === 1 ? '1 host' : `${count} hosts`;
}
