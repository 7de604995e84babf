import type { NoneReason } from '../../../protocol/api/check-in.ts';
import { refusal } from './admit.ts';
import type { Rollout } from './rollout.ts';

/** Answers that the state of the whole rollout gave. */
const ofState: readonly string[] = [
  'no_rollout',
  'scheduled',
  'paused',
  'halted',
  'aborted',
] satisfies NoneReason[];

/** Counts of last answers, with those put right that the rollout's state has overtaken; most hosts first. */
export function countByNow<T extends { reason: string; hosts: number }>(
  counts: readonly T[],
  rollout: Rollout,
  now: Date,
): T[] {
  const state = refusal(rollout, { id: '', group: '', granted: true }, now) ?? 'next_check_in';
  const byReason = new Map<string, T>();
  for (const count of counts) {
    const reason = ofState.includes(count.reason) ? state : count.reason;
    const sum = byReason.get(reason)?.hosts ?? 0;
    byReason.set(reason, { ...count, reason, hosts: sum + count.hosts });
  }
  return [...byReason.values()].toSorted((a, b) => b.hosts - a.hosts);
}
