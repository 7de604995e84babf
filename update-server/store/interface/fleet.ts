import type { HostFilter } from '../../../protocol/api/dashboard.ts';
import type { HostSummary } from '../../../protocol/api/operator.ts';
import type { HostCount, VersionCount } from '../../domain/fleet/overview.ts';

/** What the dashboard reads of a large fleet; long walks let other work through. */
export interface FleetStore {
  /** Counts every host once. */
  countHosts(now: Date): Promise<HostCount[]>;
  /** Hosts that fit, in the order of their ids. */
  findHosts(filter: HostFilter, after: string, limit: number, now: Date): Promise<HostSummary[]>;
  /** Keeps the counts of one hour, once; thins out what is older than 14 days to one a day, and forgets after 400. */
  keepVersionCounts(counts: readonly VersionCount[]): Promise<void>;
  versionCounts(since: string): Promise<VersionCount[]>;
}
