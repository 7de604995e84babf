import type { RolloutState } from '../../../protocol/api/rollout.ts';
import type { Policy } from '../../../protocol/documents/policy.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { dayMs } from '../../../protocol/time/durations.ts';
import { tickCoversMs } from './watched.ts';

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
  /** When it did begin; then no clock that is set back makes it wait again. */
  begun: string | null;
  /** How long the ramp ran until `rampSince`; null while it stands still. */
  rampRanMs: number;
  rampSince: string | null;
  canaryPassed: string | null;
  /** An operator ended the ramp: everybody may start, within the limits. */
  full: boolean;
  /** When it was resumed last; failures before do not count any more. */
  resumed: string;
  /** The same, and when it was made, in the time that this server watched over. */
  resumedMs: number;
  createdMs: number;
  /** Grants of the silent hosts on which alone a halt rests, and the audit line about it. */
  haltedFor: readonly string[];
  haltLine: number | null;
  /** Hosts of the channel and architecture seen lately. */
  active: number;
  counts: Counts;
  /** What of it cannot be read, as text; null if all is readable. A damaged rollout starts no host and can be aborted. */
  bad: string | null;
  /** The counts as they were when it was resumed last. */
  baseline: Omit<Counts, 'inFlight'>;
}

/** Grants by how they ended; unapproved hosts are in none of them. */
export interface Counts {
  inFlight: number;
  confirmed: number;
  failed: number;
  canaryFailed: number;
  /** Those among the failed that were not in contact since they reported that they reboot. */
  silent: number;
}

/** A host counts as active when it was seen this lately. */
export const activeMs = 14 * dayMs;

/** States in which hosts may start; a completed rollout is for hosts that appear later. */
export function isOpen({ state }: Pick<Rollout, 'state'>): boolean {
  return state === 'running' || state === 'completed';
}

/** How long the ramp ran: each tick notes how far it is, and a clock that jumps between two of them adds next to nothing. */
export function rampRan(
  { rampRanMs, rampSince }: Pick<Rollout, 'rampRanMs' | 'rampSince'>,
  now: Date,
): number {
  if (!rampSince) return rampRanMs;
  const since = now.getTime() - Date.parse(rampSince);
  return rampRanMs + Math.min(Math.max(since, 0), tickCoversMs);
}

/** How many hosts may be under way at once. */
export function inFlightLimit({ policy: { inFlight }, active }: Pick<Rollout, 'policy' | 'active'>): number {
  if (!inFlight) return Math.max(10, Math.ceil(active * 0.05));
  return 'hosts' in inFlight ? inFlight.hosts : Math.max(1, Math.ceil((active * inFlight.percent) / 100));
}

/** Notes how far the ramp is after a tick that covered so much time, and whether the rollout has begun. */
export function keepPace(rollout: Rollout, now: Date, watchedMs: number, coveredMs: number): Rollout {
  const isDue = Date.parse(rollout.starts) <= now.getTime();
  const begun = rollout.begun ?? (isDue ? now.toISOString() : null);
  const next = begun === rollout.begun ? rollout : { ...rollout, begun, resumedMs: watchedMs };
  const { rampSince, rampRanMs } = next;
  if (rollout.state !== 'running' || !begun || !rampSince) return next;
  const since = now.getTime() - Date.parse(rampSince);
  const ran = Math.round(since < 0 ? coveredMs : Math.min(since, coveredMs));
  return { ...next, rampRanMs: rampRanMs + ran, rampSince: now.toISOString() };
}
