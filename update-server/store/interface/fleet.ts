import type { HostFilter } from '../../../protocol/api/dashboard.ts';
import type { HostSort } from '../../../protocol/api/hosts.ts';
import type { HostSummary } from '../../../protocol/api/operator.ts';
import type { HostCount, VersionCount } from '../../domain/fleet/overview.ts';
import type { Placed } from '../../domain/fleet/sort-hosts.ts';

/** How a list of hosts is sorted, and after which of them it goes on. */
export interface HostOrder {
  sort: HostSort;
  isDescending: boolean;
  after: Placed | null;
}

/** How many hosts have each value of what they can be found by; labels as `key=value`. */
export type HostChoices = Record<
  'images' | 'channels' | 'groups' | 'versions' | 'archs' | 'labels',
  ReadonlyMap<string, number>
>;

/** What the dashboard reads of a large fleet; long walks let other work through. */
export interface FleetStore {
  /** Counts every host once. */
  countHosts(now: Date): Promise<HostCount[]>;
  /** Hosts that fit, in the order of their ids. */
  findHosts(filter: HostFilter, after: string, limit: number, now: Date): Promise<HostSummary[]>;
  /** The ids of a page of a sorted list, with how many hosts match and how many there are. */
  sortHosts(
    filter: HostFilter,
    order: HostOrder,
    limit: number,
  ): Promise<{ page: Placed[]; matching: number; all: number }>;
  /** Hosts in the order of the ids; those that are gone are left out. */
  hostsById(ids: readonly string[]): Promise<HostSummary[]>;
  countChoices(): Promise<HostChoices>;
  /** Keeps the counts of one hour, once; thins out what is older than 14 days to one a day, and forgets after 400. */
  keepVersionCounts(counts: readonly VersionCount[]): Promise<void>;
  versionCounts(since: string): Promise<VersionCount[]>;
  /** Hosts that have written an update and wait for a place in their group's lock, longest first. */
  waitingForLock(limit: number): Promise<LockWaiter[]>;
}

/** A host that waits for a place in the lock. */
export interface LockWaiter {
  host: string;
  hostname: string;
  group: string | null;
  version: string;
  /** When it got its grant. */
  since: string;
}
