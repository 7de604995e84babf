import type Database from 'better-sqlite3';
import type { HostRefusal } from '../../../protocol/api/rollout.ts';
import type { Channel } from '../../../protocol/documents/channel.ts';
import { type RolloutHosts, type StandFacts, standOf, sumUp } from '../../domain/rollout/count-hosts.ts';
import type { CanaryFacts, MissingHost } from '../../domain/rollout/judge.ts';
import { activeMs, type Rollout } from '../../domain/rollout/rollout.ts';
import { awayBefore } from '../../domain/rollout/watched.ts';
import { readJson } from './read-json.ts';
import type { WatchClock } from './watch-clock.ts';

/** What rollouts are judged by, read from all hosts of a channel. */
export interface FleetFacts {
  /** Approved hosts seen in 14 days of the time watched over. */
  countActive(of: Pick<Rollout, 'name' | 'channel' | 'arch'>): number;
  canary(rollout: Rollout): CanaryFacts;
  tally(rollout: Rollout): RolloutHosts;
  /** Hosts that cannot come, the first of them. */
  unable(rollout: Rollout, limit: number): UnableHost[];
}

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

/** A count of so many hosts is good for a second: a million are not counted anew each time that something is due. */
const countedEachSecond = 1000;
const factColumns = `version, failed, cancelled, held, pinned, cloned, approved,
  (seen_ms < @away OR standing IS 'silent') AS away`;
const isOfRollout = 'name = @name AND channel = @channel AND arch = @arch AND seen_ms >= @since';

/** Prepares the statements. */
export function fleetFacts(
  db: Database.Database,
  watch: WatchClock,
  channelOf: (name: string, channel: string) => Channel | undefined,
): FleetFacts {
  const active = db
    .prepare<Record<string, string | number>, number>(
      `SELECT count(*) FROM host WHERE ${isOfRollout} AND approved = 1`,
    )
    .pluck();
  const canary = db.prepare<Record<string, string | number>, Omit<CanaryFacts, 'missing'>>(
    `SELECT count(*) AS active, coalesce(sum(version = @version), 0) AS confirmed,
       max(CASE WHEN version = @version THEN coalesce((
         SELECT max(closed_ms) FROM host_grant
         WHERE host = host.id AND rollout = @id AND outcome = 'confirmed'), @createdMs) END) AS lastMs
     FROM host WHERE ${isOfRollout} AND approved = 1 AND coalesce(placed, grp) = @group
       AND held = 0 AND cloned = 0 AND coalesce(pinned, @version) = @version`,
  );
  const missing = db.prepare<Record<string, string | number>, MissingHost>(
    `SELECT id, hostname, last_seen AS lastSeen, (
       SELECT id FROM enrolled_host AS other WHERE other.name = host.name AND other.arch = host.arch
         AND other.channel = host.channel AND other.id <> host.id AND other.enrolled > host.enrolled
         AND (other.machine_id = host.machine_id OR other.hostname = host.hostname)
       ORDER BY other.enrolled DESC LIMIT 1) AS replacedBy
     FROM host WHERE ${isOfRollout} AND approved = 1 AND coalesce(placed, grp) = @group
       AND held = 0 AND cloned = 0 AND coalesce(pinned, @version) = @version AND version <> @version
     ORDER BY last_seen LIMIT 50`,
  );
  const alike = db.prepare<Record<string, string | number>, Row & { hosts: number }>(
    `SELECT ${factColumns}, count(*) AS hosts FROM host WHERE ${isOfRollout} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`,
  );
  const behind = db.prepare<Record<string, string | number>, Row & Omit<UnableHost, 'reason'>>(
    `SELECT ${factColumns}, id, hostname, last_seen AS lastSeen FROM host
     WHERE ${isOfRollout} AND version <> @version ORDER BY hostname, id`,
  );
  const countActive = sparing((rollout: Pick<Rollout, 'name' | 'channel' | 'arch'>) => {
    const count = active.get({ ...placeOf(rollout), since: watch.now().ms - activeMs })!;
    return [count, count];
  });
  const tally = sparing((rollout: Rollout) => {
    const rows = alike.all(windowOf(rollout));
    const channel = channelOf(rollout.name, rollout.channel);
    const sum = sumUp(rows.map((row) => [standOf(readRow(row), rollout, channel), row.hosts] as const));
    return [sum, rows.reduce((all, { hosts }) => all + hosts, 0)];
  });

  function windowOf(rollout: Rollout) {
    const { ms } = watch.now();
    const { version, policy } = rollout;
    const away = awayBefore(ms, policy.silentAfterMs);
    return { ...placeOf(rollout), version, since: ms - activeMs, away };
  }

  /** Keeps an answer for a second for each thousand hosts that it counted. */
  function sparing<R extends Pick<Rollout, 'name' | 'channel' | 'arch'>, T>(
    make: (of: R) => readonly [T, number],
  ): (of: R) => T {
    const kept = new Map<string, { answer: T; untilMs: number }>();
    return (of) => {
      const key = JSON.stringify([of.name, of.channel, of.arch, (of as Partial<Rollout>).id ?? '']);
      const { ms } = watch.now();
      const found = kept.get(key);
      if (found && ms < found.untilMs) return found.answer;
      const [answer, counted] = make(of);
      if (kept.size > 1000) kept.clear();
      kept.set(key, { answer, untilMs: ms + Math.floor(counted / countedEachSecond) * 1000 });
      return answer;
    };
  }

  return {
    countActive,
    tally,
    canary(rollout) {
      const { id, version, policy, createdMs } = rollout;
      const of = {
        ...placeOf(rollout),
        version,
        group: policy.canary!.group,
        since: watch.now().ms - activeMs,
      };
      const facts = canary.get({ ...of, id, createdMs })!;
      return { ...facts, missing: facts.confirmed < facts.active ? missing.all(of) : [] };
    },
    unable(rollout, limit) {
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

function placeOf({ name, channel, arch }: Pick<Rollout, 'name' | 'channel' | 'arch'>) {
  return { name, channel, arch };
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
