import type Database from 'better-sqlite3';
import type { HostRefusal } from '../../../protocol/api/rollout.ts';
import type { Channel } from '../../../protocol/documents/channel.ts';
import { isSilentSql } from '../../domain/hosts/silence.ts';
import { type RolloutHosts, type StandFacts, standOf, sumUp } from '../../domain/rollout/count-hosts.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import { countSeldom } from './count-seldom.ts';
import { isOfRollout, type Parameters, parametersOf } from './hosts-of-rollout.ts';
import { readJson } from './read-json.ts';
import type { WatchClock } from './watch-clock.ts';

/** A host that cannot come, and why. */
export interface UnableHost {
  id: string;
  hostname: string;
  version: string | null;
  lastSeen: string | null;
  reason: HostRefusal;
}

type Row = Record<'held' | 'cloned' | 'approved' | 'away', number> &
  Pick<StandFacts, 'version' | 'pinned'> & { failed: string; cancelled: string };

const factColumns = `version, failed, cancelled, held, pinned, cloned, approved,
  (${isSilentSql} OR standing IS 'silent') AS away`;

/** Reads where the hosts of a rollout stand: how many, and which of them cannot come. */
export function rolloutHostsReader(
  db: Database.Database,
  watch: WatchClock,
  channelOf: (name: string, channel: string) => Channel | undefined,
) {
  const alike = db.prepare<Parameters, Row & { hosts: number }>(
    `SELECT ${factColumns}, count(*) AS hosts FROM host WHERE ${isOfRollout} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`,
  );
  const behind = db.prepare<Parameters, Row & Omit<UnableHost, 'reason'>>(
    `SELECT ${factColumns}, id, hostname, last_seen AS lastSeen FROM host
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
      const sum = sumUp(rows.map((row) => [standOf(readRow(row), rollout, channel), row.hosts] as const));
      return [sum, rows.reduce((all, { hosts }) => all + hosts, 0)];
    }),
    unable(rollout: Rollout, limit: number): UnableHost[] {
      const channel = channelOf(rollout.name, rollout.channel);
      const found: UnableHost[] = [];
      for (const row of behind.iterate(windowOf(rollout))) {
        const reason = standOf(readRow(row), rollout, channel);
        if (reason === 'on' || reason === 'coming') continue;
        const { id, hostname, version, lastSeen } = row;
        found.push({ id, hostname, version, lastSeen, reason });
        if (found.length >= limit) break;
      }
      return found;
    },
  };
}

function readRow(row: Row): StandFacts {
  return {
    version: row.version,
    pinned: row.pinned,
    failed: readJson<string[]>(row.failed, []),
    cancelled: readJson<string[]>(row.cancelled, []),
    held: row.held !== 0,
    cloned: row.cloned !== 0,
    approved: row.approved !== 0,
    away: row.away !== 0,
  };
}
