import type Database from 'better-sqlite3';
import type { Report } from '../../../protocol/api/check-in.ts';
import type { Channel } from '../../../protocol/documents/channel.ts';
import { followOrder, followReport, type HostPlace, type HostRow } from '../../domain/hosts/follow-host.ts';
import type { KnownHosts } from './known-hosts.ts';
import { readJson } from './read-json.ts';
import type { RolloutRows } from './rollout-rows.ts';
import type { WatchClock } from './watch-clock.ts';

/** Brings a host's row up to date between two check-ins, for use inside a write of the store. */
export interface FollowHosts {
  /** It reported: that is contact, and what it reported is what the row says from now on. */
  reported(host: string, reports: readonly Report[], now: string): void;
  /** An operator decided about it. */
  ordered(host: string, now: string): void;
}

type Row = Pick<HostRow, 'id' | 'arch' | 'group' | 'version' | 'at' | 'decision' | 'offered' | 'pinned'> &
  Record<'failed' | 'cancelled' | 'boots', string> &
  Record<'held' | 'cloned' | 'granted' | 'number', number> & { name: string; channel: string | null };

/** Prepares the statements. */
export function hostFollower(
  db: Database.Database,
  rollouts: Pick<RolloutRows, 'current'>,
  known: KnownHosts,
  watch: WatchClock,
  channelOf: (name: string, channel: string) => Channel | undefined,
): FollowHosts {
  const find = db.prepare<[string], Row>(
    `SELECT id, number, name, arch, channel, coalesce(placed, grp) AS "group", version, at, decision, offered, pinned,
       held, cloned, failed, cancelled, boots,
       EXISTS (SELECT 1 FROM host_grant WHERE host = host.id AND outcome IS NULL) AS granted
     FROM host WHERE id = ?`,
  );
  const touch = db.prepare('UPDATE sighting SET last_seen = ?, seen_ms = ? WHERE host = ?');
  const putAnswer = db.prepare('UPDATE sighting SET at = ?, decision = ?, offered = ? WHERE host = ?');
  // what it says next is new whatever it is: the text that it is compared with goes
  const putReported = db.prepare(
    `UPDATE enrolled_host SET version = ?, failed = ?, cancelled = ?, said = '' WHERE number = ?`,
  );

  function follow(
    host: string,
    now: string,
    next: (row: HostRow, place: HostPlace) => HostRow,
  ): Row | undefined {
    const row = find.get(host);
    if (!row) return undefined;
    const { name, channel, arch } = row;
    const place = {
      channel: channel === null ? undefined : channelOf(name, channel),
      rollout: channel === null ? undefined : rollouts.current(name, channel, arch),
      now: new Date(now),
    };
    const before = read(row);
    const after = next(before, place);
    if (after === before) return row;
    putAnswer.run(after.at, after.decision, after.offered, row.number);
    if (
      after.version === row.version &&
      after.failed === before.failed &&
      after.cancelled === before.cancelled
    )
      return row;
    putReported.run(after.version, JSON.stringify(after.failed), JSON.stringify(after.cancelled), row.number);
    known.drop(host);
    return row;
  }

  return {
    reported(host, reports, now) {
      const row = follow(host, now, (before, place) =>
        reports.reduce((sum, report) => followReport(sum, report, place), before),
      );
      if (row) touch.run(now, watch.now().ms, row.number);
    },
    ordered: (host, now) => void follow(host, now, followOrder),
  };
}

function read({ held, cloned, granted, failed, cancelled, boots, ...row }: Row): HostRow {
  return {
    ...row,
    ...{ held: held !== 0, cloned: cloned !== 0, granted: granted !== 0 },
    failed: readJson<string[]>(failed, []),
    cancelled: readJson<string[]>(cancelled, []),
    boots: readJson<string[]>(boots, []),
  };
}
