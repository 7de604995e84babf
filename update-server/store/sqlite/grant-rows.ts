import type Database from 'better-sqlite3';
import type { GrantEnd, GrantStanding, OpenGrant } from '../../domain/rollout/grant-end.ts';
import type { Departed } from '../../domain/rollout/settle.ts';
import { type Grant, lapseMs, type RequestedGrant } from '../../domain/rollout/take-grant.ts';
import type { RolloutRows } from './rollout-rows.ts';
import type { WatchClock } from './watch-clock.ts';

/** An open grant with all that its host is told of it. */
type FullGrant = OpenGrant & Grant;
type DepartedGrant = OpenGrant & Departed;

/** Grants as rows, for use inside a write of the store. */
export interface GrantRows {
  find(id: string, host: string): OpenGrant | undefined;
  openOf(host: string): FullGrant[];
  hasOpen(host: string, rollout: string): boolean;
  /** Those that lapse by now and whose host did not say that it reboots. */
  lapsed(): OpenGrant[];
  /** Those of a rollout whose hosts rebooted and were in contact last in that span of watched time. */
  silent(rollout: string, span: { from: number; to: number }): OpenGrant[];
  /** Rollouts of hosts that reported that they reboot. */
  awaited(): string[];
  /** Hosts that reported that they reboot and whose grants a check-in may still end. */
  departed(): string[];
  departedOf(host: string): DepartedGrant | undefined;
  insert(grant: RequestedGrant, host: string, counted: boolean, now: string): void;
  /** Gives an open grant anew. */
  renew(grant: FullGrant, expires: string, now: string): Grant;
  depart(grant: OpenGrant, by: { boot: string; standing: GrantStanding | null }, now: string): void;
  /** A host that rebooted is in contact again; `oddRoot` when it runs neither the release nor what it came from. */
  noteReturn(id: string, oddRoot: string | null): void;
  /** Writes how grants ended and what that changes. */
  end(ends: readonly GrantEnd[], now: string): void;
  /** Forgets all but the last grants of a host. */
  prune(host: string, kept: number): void;
}

/** Prepares the statements. */
export function grantRows(db: Database.Database, rollouts: RolloutRows, watch: WatchClock): GrantRows {
  const columns =
    'host_grant.id, host, rollout, host_grant.version, outcome, ended_by AS endedBy, canary, counted, rebooting';
  const find = db.prepare<[string, string], OpenGrant>(
    `SELECT ${columns} FROM host_grant WHERE id = ? AND host = ?`,
  );
  const openOf = db.prepare<[string], FullGrant>(
    `SELECT ${columns}, release, expires FROM host_grant WHERE host = ? AND outcome IS NULL`,
  );
  const hasOpen = db
    .prepare<[string, string], number>(
      'SELECT 1 FROM host_grant WHERE host = ? AND rollout = ? AND outcome IS NULL',
    )
    .pluck();
  const lapsed = db.prepare<[number], OpenGrant>(
    `SELECT ${columns} FROM host_grant WHERE outcome IS NULL AND lapses_ms <= ? AND rebooting IS NULL`,
  );
  const silent = db.prepare<[string, number, number], OpenGrant>(
    `SELECT ${columns} FROM host_grant
     WHERE outcome IS NULL AND rollout = ? AND rebooting IS NOT NULL AND heard_ms >= ? AND heard_ms < ?`,
  );
  const awaited = db
    .prepare<[], string>(
      'SELECT DISTINCT rollout FROM host_grant WHERE outcome IS NULL AND rebooting IS NOT NULL AND rollout IS NOT NULL',
    )
    .pluck();
  const isDeparted = `rebooting IS NOT NULL AND (outcome IS NULL OR outcome IN ('silent', 'withdrawn'))`;
  const departed = db.prepare<[], string>(`SELECT DISTINCT host FROM host_grant WHERE ${isDeparted}`).pluck();
  const departedOf = db.prepare<[string], DepartedGrant>(
    `SELECT ${columns}, boot, came_from AS "from", release.root_hash AS goal
     FROM host_grant LEFT JOIN release ON release.sha256 = host_grant.release
     WHERE host = ? AND ${isDeparted} ORDER BY granted DESC LIMIT 1`,
  );
  const insert = db.prepare(
    `INSERT INTO host_grant
       (id, host, rollout, version, release, granted, expires, canary, counted, came_from, lapses_ms)
     VALUES (@id, @host, @rollout, @version, @release, @now, @expires, @canary, @counted, @from, @lapsesMs)`,
  );
  const renew = db.prepare('UPDATE host_grant SET expires = ?, lapses_ms = ? WHERE id = ?');
  const reboot = db.prepare(
    'UPDATE host_grant SET rebooting = ?, boot = ?, heard_ms = ? WHERE id = ? AND outcome IS NULL',
  );
  const returned = db.prepare('UPDATE host_grant SET heard_ms = ?, odd_root = ? WHERE id = ?');
  const end = db.prepare(
    'UPDATE host_grant SET outcome = ?, ended_by = ?, closed = ?, closed_ms = ? WHERE id = ?',
  );
  const prune = db.prepare(
    `DELETE FROM host_grant WHERE host = @host AND outcome IS NOT NULL AND rowid <=
       (SELECT rowid FROM host_grant WHERE host = @host ORDER BY rowid DESC LIMIT 1 OFFSET @kept)`,
  );
  const setStanding = db.prepare(
    'UPDATE enrolled_host SET standing = @is, standing_version = @version, standing_since = @since WHERE id = @host',
  );
  const setRuns = db.prepare('UPDATE enrolled_host SET version = ? WHERE id = ?');
  const lapsesMs = () => watch.now().ms + lapseMs;

  function endOne({ grant, host, outcome, by, standing, runs, counts }: GrantEnd, now: string): void {
    end.run(outcome, by, now, watch.now().ms, grant);
    setStanding.run({ ...standing, host });
    if (runs !== null) setRuns.run(runs, host);
    if (counts) rollouts.count(counts.rollout, counts.change);
  }

  return {
    find: (id, host) => find.get(id, host),
    openOf: (host) => openOf.all(host),
    hasOpen: (host, rollout) => hasOpen.get(host, rollout) !== undefined,
    lapsed: () => lapsed.all(watch.now().ms),
    silent: (rollout, { from, to }) => silent.all(rollout, from, to),
    awaited: () => awaited.all(),
    departed: () => departed.all(),
    departedOf: (host) => departedOf.get(host),
    insert({ limit: _, from = null, canary, ...grant }, host, counted, now) {
      const flags = { canary: canary ? 1 : 0, counted: counted ? 1 : 0 };
      insert.run({ ...grant, ...flags, from, host, now, lapsesMs: lapsesMs() });
      if (counted) rollouts.count(grant.rollout, { inFlight: 1 });
      setStanding.run({ is: 'under_way', version: grant.version, since: now, host });
    },
    renew({ id, host, version, release }, expires, now) {
      renew.run(expires, lapsesMs(), id);
      setStanding.run({ is: 'under_way', version, since: now, host });
      return { id, version, release, expires };
    },
    depart({ id, host }, { boot, standing }, now) {
      reboot.run(now, boot, watch.now().ms, id);
      if (standing) setStanding.run({ ...standing, host });
    },
    noteReturn: (id, oddRoot) => void returned.run(watch.now().ms, oddRoot, id),
    end(ends, now) {
      for (const one of ends) endOne(one, now);
    },
    prune: (host, kept) => void prune.run({ host, kept }),
  };
}
