import type Database from 'better-sqlite3';
import type { GrantEnd, GrantStanding, OpenGrant } from '../../domain/rollout/grant-end.ts';
import { type Grant, lapseMs, type RequestedGrant } from '../../domain/rollout/take-grant.ts';
import { type FindGrants, type FullGrant, findGrants } from './find-grants.ts';
import type { RolloutRows } from './rollout-rows.ts';
import type { WatchClock } from './watch-clock.ts';

/** Grants as rows, for use inside a write of the store. */
export interface GrantRows extends FindGrants {
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
  const lapsesMs = () => watch.now().ms + lapseMs;

  function endOne({ grant, host, outcome, by, standing, counts }: GrantEnd, now: string): void {
    end.run(outcome, by, now, watch.now().ms, grant);
    setStanding.run({ ...standing, host });
    if (counts) rollouts.count(counts.rollout, counts.change);
  }

  return {
    ...findGrants(db, watch),
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
