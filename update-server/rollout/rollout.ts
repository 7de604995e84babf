import type { Policy } from '../../protocol/policy.ts';
import type { RolloutState } from '../../protocol/rollout.ts';
import type { Arch } from '../../protocol/schema.ts';

/** One release on its way to the hosts of one channel and architecture. Times are RFC 3339, durations milliseconds. */
export interface Rollout {
  id: string;
  name: string;
  channel: string;
  arch: Arch;
  version: string;
  /** SHA-256 of the head's `release.json`. */
  release: string;
  policyName: string;
  policy: Policy;
  state: RolloutState;
  /** Why it is in that state, in words. */
  reason: string;
  created: string;
  /** Nobody starts before. */
  starts: string;
  /** How long the ramp ran until `rampSince`; null while it stands still. */
  rampRanMs: number;
  rampSince: string | null;
  canaryPassed: string | null;
  /** An operator ended the ramp: everybody may start, within the limits. */
  full: boolean;
  /** When it was resumed last; failures before do not count any more. */
  resumed: string;
  /** Hosts of the channel and architecture seen lately. */
  active: number;
  counts: Counts;
  /** What of it cannot be read, in words; null for nothing. Such a rollout starts nobody and can be aborted. */
  bad: string | null;
  /** The counts as they were when it was resumed last. */
  baseline: Pick<Counts, 'confirmed' | 'failed' | 'canaryFailed'>;
}

/** Grants by how they ended; unapproved hosts are in none of them. */
export interface Counts {
  inFlight: number;
  confirmed: number;
  failed: number;
  canaryFailed: number;
}

/** A host counts as active when it was seen this lately. */
export const activeMs = 14 * 86_400_000;

/** How long the ramp ran. */
export function rampRan(
  { rampRanMs, rampSince }: Pick<Rollout, 'rampRanMs' | 'rampSince'>,
  now: Date,
): number {
  return rampRanMs + (rampSince ? Math.max(now.getTime() - Date.parse(rampSince), 0) : 0);
}

/** How many hosts may be under way at once. */
export function inFlightLimit({ policy: { inFlight }, active }: Pick<Rollout, 'policy' | 'active'>): number {
  if (!inFlight) return Math.max(10, Math.ceil(active * 0.05));
  return 'hosts' in inFlight ? inFlight.hosts : Math.max(1, Math.ceil((active * inFlight.percent) / 100));
}
