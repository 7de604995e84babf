import { GrantOutcome } from '../../../protocol/api/check-in.ts';
import type { Counts } from './rollout.ts';

/** A grant as its end needs it. */
export interface OpenGrant {
  id: string;
  host: string;
  rollout: string | null;
  version: string;
  outcome: GrantOutcome | null;
  /** What decided how it ended. */
  endedBy: 'report' | 'check_in' | 'server' | null;
  canary: number;
  counted: number;
  /** When its host reported that it reboots. */
  rebooting: string | null;
}

/** What may end a grant; other reports leave it open. */
const ends: readonly string[] = GrantOutcome.enum;
/** Ends that count as failed. */
export const failures = ['fell_back', 'failed', 'silent'] as const;

/**
 * Whether a grant may end so now. What the server made of it by itself a host corrects, by a check-in or a report; what
 * a check-in showed, a report corrects; what a report states stays.
 */
export function mayEnd(
  { outcome, endedBy }: Pick<OpenGrant, 'outcome' | 'endedBy'>,
  next: string,
  by: OpenGrant['endedBy'],
): boolean {
  if (!ends.includes(next)) return false;
  if (outcome === null) return true;
  if (by === 'server') return false;
  const isServers = outcome === 'lapsed' || outcome === 'silent' || outcome === 'withdrawn';
  if (by === 'check_in') return isServers;
  return isServers || endedBy === 'check_in';
}

/** What an end counts as; an operator's cancel, a lapse and a withdrawn grant are neither good nor failed. */
export function shareOf(outcome: string | null): { confirmed: number; failed: number; silent: number } {
  return {
    confirmed: Number(outcome === 'confirmed'),
    failed: Number(failures.some((failure) => failure === outcome)),
    silent: Number(outcome === 'silent'),
  };
}

/** How a grant ends, and what that changes beside it; a store writes all of it together. */
export interface GrantEnd {
  grant: string;
  host: string;
  outcome: GrantOutcome;
  by: OpenGrant['endedBy'];
  standing: GrantStanding;
  /** What it changes in the counts of its rollout; null if it is not counted. */
  counts: { rollout: string; change: Counts } | null;
}

/** Where a host's last grant stands, kept beside the host: lists of a large fleet filter by it. */
export interface GrantStanding {
  is: GrantOutcome | 'under_way' | 'rebooting';
  version: string;
  since: string;
}

/** Ends a grant once, or corrects how it ended; null when it may not end so now. */
export function endGrant(
  grant: OpenGrant,
  outcome: string,
  by: OpenGrant['endedBy'],
  now: string,
): GrantEnd | null {
  if (!mayEnd(grant, outcome, by)) return null;
  const { id, host, version, outcome: before, rollout, canary, counted, rebooting } = grant;
  const since = outcome === 'silent' ? (rebooting ?? now) : now;
  const [share, past] = [shareOf(outcome), shareOf(before)];
  const failed = share.failed - past.failed;
  const change = {
    inFlight: before === null ? -1 : 0,
    confirmed: share.confirmed - past.confirmed,
    failed,
    canaryFailed: canary ? failed : 0,
    silent: share.silent - past.silent,
  };
  return {
    grant: id,
    ...{ host, outcome: outcome as GrantOutcome, by },
    standing: { is: outcome as GrantOutcome, version, since },
    counts: rollout && counted ? { rollout, change } : null,
  };
}

/** Ends several by what the server knows: they lapse, fall silent or are withdrawn. */
export function endAll(grants: readonly OpenGrant[], outcome: GrantOutcome, now: string): GrantEnd[] {
  return grants.flatMap((grant) => endGrant(grant, outcome, 'server', now) ?? []);
}

/** Ends the open grants of a host that an operator keeps from their versions; `pinned`: the only version it may have. */
export function withdraw(grants: readonly OpenGrant[], pinned: string | null, now: string): GrantEnd[] {
  const kept = grants.filter(({ version }) => version !== pinned);
  return endAll(kept, 'withdrawn', now);
}
