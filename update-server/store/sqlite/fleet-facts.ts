import type Database from 'better-sqlite3';
import type { Channel } from '../../../protocol/documents/channel.ts';
import type { CanaryFacts } from '../../domain/rollout/canary.ts';
import type { RolloutHosts } from '../../domain/rollout/count-hosts.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import { canaryReader } from './canary-facts.ts';
import { rolloutHostsReader, type UnableHost } from './count-rollout-hosts.ts';
import { countSeldom } from './count-seldom.ts';
import { isOfRollout, type Parameters, parametersOf, type RolloutPlace } from './hosts-of-rollout.ts';
import type { WatchClock } from './watch-clock.ts';

/** What rollouts are judged by, read from all hosts of a channel. */
export interface FleetFacts {
  /** Approved hosts seen in 14 days of the time watched over. */
  countActive(of: RolloutPlace): number;
  canary(rollout: Rollout): CanaryFacts;
  /** Where the rollout's hosts stand. */
  hostsOf(rollout: Rollout): RolloutHosts;
  /** Hosts that cannot come, the first of them. */
  unable(rollout: Rollout, limit: number): UnableHost[];
}

/** Prepares the statements. */
export function fleetFacts(
  db: Database.Database,
  watch: WatchClock,
  channelOf: (name: string, channel: string) => Channel | undefined,
): FleetFacts {
  const active = db
    .prepare<Parameters, number>(`SELECT count(*) FROM host WHERE ${isOfRollout} AND approved = 1`)
    .pluck();
  return {
    countActive: countSeldom(watch, (of: RolloutPlace) => {
      const count = active.get(parametersOf(of, watch.now().ms))!;
      return [count, count];
    }),
    canary: canaryReader(db, watch),
    ...rolloutHostsReader(db, watch, channelOf),
  };
}
