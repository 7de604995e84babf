import type { GrantOutcome } from '../../../protocol/api/check-in.ts';
import { haltReason } from './judge.ts';
import type { Rollout } from './rollout.ts';

/**
 * A halt goes by itself only if it rested on silence alone, every silent host behind it has since confirmed, no other
 * limit is met, and no operator acted since.
 */
export function mayLift(
  rollout: Rollout,
  behind: readonly (GrantOutcome | null)[],
  hasOperatorActed: boolean,
): boolean {
  return (
    rollout.state === 'halted' &&
    behind.length > 0 &&
    behind.every((outcome) => outcome === 'confirmed') &&
    !hasOperatorActed &&
    haltReason(rollout) === null
  );
}

/** The rollout as it continues, with its counts unchanged. */
export function lift(rollout: Rollout, now: Date, reason: string): Rollout {
  const rampSince = rollout.policy.canary && !rollout.canaryPassed ? null : now.toISOString();
  return { ...rollout, state: 'running', reason, rampSince, haltedFor: [], haltLine: null };
}
