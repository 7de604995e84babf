import type Database from 'better-sqlite3';
import type { HostRefusal } from '../../../protocol/api/rollout.ts';
import type { Channel } from '../../../protocol/documents/channel.ts';
import { type RolloutHosts, standOf, sumUp } from '../../domain/rollout/count-hosts.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import { countSeldom } from './count-seldom.ts';
import { isOfRollout, type Parameters, parametersOf } from './hosts-of-rollout.ts';
import { readStand, type StandRow, standColumns } from './stand-row.ts';
import type { WatchClock } from './watch-clock.ts';

/** A host that cannot come, and why. */
export interface UnableHost {
  id: string;
  hostname: string;
  version: string | null;
  lastSeen: string | null;
  reason: HostRefusal;
}

/** Reads where the hosts of a rollout stand: how many, and which of them cannot come. */
export function rolloutHostsReader(
  db: Database.Database,
  watch: WatchClock,
  channelOf: (name: string, channel: string) => Channel | undefined,
) {
  const alike = db.prepare<Parameters, StandRow & { hosts: number }>(
    `SELECT ${standColumns}, count(*) AS hosts FROM host WHERE ${isOfRollout} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`,
  );
  const behind = db.prepare<Parameters, StandRow & Omit<UnableHost, 'reason'>>(
    `SELECT ${standColumns}, id, hostname, last_seen AS lastSeen FROM host
     WHERE ${isOfRollout} AND version <> @version ORDER BY hostname, id`,
  );

  function windowOf(rollout: Rollout): Parameters {
    const { ms: nowMs, sinceMs } = watch.now();
    return { ...parametersOf(rollout, nowMs), version: rollout.version, nowMs, sinceMs };
  }

  return {
    hostsOf: countSeldom(watch, (rollout: Rollout): readonly [RolloutHosts, number] => {
      const rows = alike.all(windowOf(rollout));
      const channel = channelOf(rollout.name, rollout.channel);
      const sum = sumUp(rows.map((row) => [standOf(readStand(row), rollout, channel), row.hosts] as const));
      return [sum, rows.reduce((all, { hosts }) => all + hosts, 0)];
    }),
    unable(rollout: Rollout, limit: number): UnableHost[] {
      const channel = channelOf(rollout.name, rollout.channel);
      const found: UnableHost[] = [];
      for (const row of behind.iterate(windowOf(rollout))) {
        const reason = standOf(readStand(row), rollout, channel);
        if (reason === 'on' || reason === 'coming') continue;
        const { id, hostname, version, lastSeen } = row;
        found.push({ id, hostname, version, lastSeen, reason });
        if (found.length >= limit) break;
      }
      return found;
    },
  };
}
