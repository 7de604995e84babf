import type { Arch } from '../../../protocol/schema/schema.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import type { NamedPolicy, NewRollout } from '../../domain/rollout/start.ts';
import type { ProgressStep, RolloutFacts } from '../../domain/rollout/summary.ts';
import type { NewAudit } from './audit.ts';

/** Rollouts, the channels' policies, and what time does to them. */
export interface RolloutStore {
  /** The newest rollout there, unless it was superseded and nothing came after it. */
  currentRollout(name: string, channel: string, arch: Arch): Promise<Rollout | undefined>;
  /** Rollouts that are not superseded, the newest first. */
  currentRollouts(): Promise<Rollout[]>;
  rollout(id: string): Promise<Rollout | undefined>;
  /** Newest first; null stands for any. */
  rollouts(name: string | null, channel: string | null, limit: number): Promise<Rollout[]>;
  /** What only its own page shows. */
  rolloutFacts(id: string, since: string): Promise<RolloutFacts | undefined>;
  /** Oldest first; only grants that count. */
  rolloutProgress(id: string): Promise<ProgressStep[]>;
  /** Each supersedes the one that is current there. */
  startRollouts(rollouts: readonly NewRollout[], audit: NewAudit): Promise<void>;
  /** Reads, changes and writes in one transaction; what `change` throws leaves everything as it was. */
  changeRollout(
    id: string,
    change: (present: Rollout) => Rollout,
    audit: NewAudit,
  ): Promise<Rollout | undefined>;
  /** Does what is due by time: grants lapse, silent hosts fail, canaries pass, rollouts halt. Returns what could not be done.
   * `coveredMs`: how much time this server watched over since the last call. */
  advance(now: Date, coveredMs: number): Promise<string[]>;
  policy(name: string, channel: string): Promise<NamedPolicy | undefined>;
  setPolicy(name: string, channel: string, policy: NamedPolicy, audit: NewAudit): Promise<void>;
}
