import { GrantOutcome } from '../../../protocol/api/check-in.ts';

/** A grant as its end needs it. */
export interface OpenGrant {
  id: string;
  host: string;
  rollout: string | null;
  version: string;
  outcome: GrantOutcome | null;
  /** Who said how it ended. */
  endedBy: 'report' | 'check_in' | 'server' | null;
  canary: number;
  counted: number;
  /** When its host said that it reboots. */
  rebooting: string | null;
}

/** What may end a grant; other reports leave it open. */
const ends: readonly string[] = GrantOutcome.enum;
const failures: readonly (string | null)[] = ['fell_back', 'failed', 'silent'];

/**
 * Whether a grant may end so now. What the server made of it by itself a host corrects, by a check-in or a report; what
 * a check-in showed, a report corrects; what a report said stays.
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

/** What an end counts as; an operator's cancel, a lapse and a leave taken back are neither good nor failed. */
export function shareOf(outcome: string | null): { confirmed: number; failed: number; silent: number } {
  return {
    confirmed: Number(outcome === 'confirmed'),
    failed: Number(failures.includes(outcome)),
    silent: Number(outcome === 'silent'),
  };
}
