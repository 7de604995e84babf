import type { HostFilter } from '../../protocol/api/dashboard.ts';
import type { HostState, HostSummary } from '../../protocol/api/operator.ts';
import type { Arch } from '../../protocol/schema/schema.ts';
import type { Rollout } from '../rollout/rollout.ts';

/** Hosts that are alike in everything an overview counts by. */
export interface SurveyRow {
  name: string;
  channel: string | null;
  arch: Arch;
  version: string | null;
  state: HostState;
  decision: HostSummary['decision'];
  /** Seen in 14 days. */
  active: boolean;
  approved: boolean;
  cloned: boolean;
  /** Its agent says what it is stuck on. */
  inTrouble: boolean;
  hosts: number;
}

/** How many hosts ran a version at a full hour; an empty version stands for all rare ones. */
export interface VersionCount {
  at: string;
  name: string;
  version: string;
  hosts: number;
}

/** Grants of a rollout and their ends within a minute. */
export interface CurveStep {
  /** The last of them. */
  at: string;
  granted: number;
  confirmed: number;
  failed: number;
}

/** What the operators' desk reads of a large fleet; long walks let other work through. */
export interface DeskStore {
  /** Counts every host once. */
  survey(now: Date): Promise<SurveyRow[]>;
  /** Hosts that fit, in the order of their ids. */
  findHosts(filter: HostFilter, after: string, limit: number, now: Date): Promise<HostSummary[]>;
  /** Keeps the counts of one hour, once; thins out what is older than 14 days to one a day, and forgets after 400. */
  keepVersionCounts(counts: readonly VersionCount[]): Promise<void>;
  versionCounts(since: string): Promise<VersionCount[]>;
  /** Rollouts that are not superseded, the newest first. */
  currentRollouts(): Promise<Rollout[]>;
  /** Oldest first; only grants that count. */
  rolloutCurve(id: string): Promise<CurveStep[]>;
  /** Blobs that published releases name, those never uploaded included. */
  publishedBytes(): Promise<{ blobs: number; bytes: number }>;
}
