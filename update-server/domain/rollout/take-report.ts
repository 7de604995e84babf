import type { Report } from '../../../protocol/api/check-in.ts';
import { endGrant, type GrantEnd, type GrantStanding, type OpenGrant } from './grant-end.ts';

/** How much of a host's reports and grants is kept, so that a chatty host cannot fill the disk. */
interface Kept {
  reports: number;
  /** Ended grants; null for all. */
  grants: number | null;
  /** Characters of a report's detail; null for all. */
  detail: number | null;
}

/** What is kept of a host; much less of an unapproved one, because any client that reaches the server can add some. */
export function keptOf(isApproved: boolean): Kept {
  return isApproved
    ? { reports: 1000, grants: null, detail: null }
    : { reports: 16, grants: 16, detail: 512 };
}

/** A report as it is kept. */
export function shortened(report: Report, { detail }: Kept): Report {
  return detail === null ? report : { ...report, detail: report.detail.slice(0, detail) };
}

/** What a new report does to the grant it names: its host reboots, or it ends. `standing` is null when that changes nothing. */
export type ReportEffect =
  | { departs: { boot: string; standing: GrantStanding | null } }
  | { end: GrantEnd | null };

/** Decides it. */
export function takeReport(report: Report, grant: OpenGrant, now: string): ReportEffect {
  if (report.kind !== 'rebooting') return { end: endGrant(grant, report.kind, 'report', now) };
  const isOpen = grant.outcome === null;
  const standing = isOpen ? ({ is: 'rebooting', version: grant.version, since: now } as const) : null;
  return { departs: { boot: report.bootId, standing } };
}
