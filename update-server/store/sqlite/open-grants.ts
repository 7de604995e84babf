import type Database from 'better-sqlite3';
import type { CheckIn, GrantOutcome } from '../../../protocol/api/check-in.ts';
import { mayEnd, type OpenGrant, shareOf } from '../../domain/rollout/grant-end.ts';
import { endBy } from '../../domain/rollout/settle.ts';
import type { RolloutRows } from './rollout-rows.ts';
import { type HostStanding, hostStanding } from './standing.ts';
import type { WatchClock } from './watch-clock.ts';

/** How long a grant is good in time watched over. */
const lapseMs = 24 * 3_600_000;

/** Ends grants and keeps the counts of their rollouts; for use inside a write of the store. */
export interface OpenGrants {
  find(id: string, host: string): OpenGrant | undefined;
  /** Notes the leave that a host was just given, or given anew. */
  open(grant: { id: string; version: string }, host: string, now: string): void;
  markRebooting(grant: OpenGrant, host: string, boot: string, now: string): void;
  /** A report after the server gave the host up, or judged it by a check-in, corrects what was counted, once. */
  close(grant: OpenGrant, outcome: string, now: string, by?: 'report' | 'check_in' | 'server'): void;
  /** A host that gets a new grant, or none any more, has left its older ones. */
  closeOthers(host: string, now: string, outcome?: GrantOutcome): void;
  /** Takes the leave of a host that an operator keeps from that version. */
  withdraw(host: string, now: string, kept: string | null): void;
  /** Ends what lapsed before the flip. */
  lapse(now: string): void;
  /** Ends what was heard of last in that span since it said it reboots, in one rollout. */
  silence(rollout: string, span: { from: number; to: number }, now: string): void;
  /** Rollouts of hosts that said they reboot. */
  awaited(): string[];
  /** A host that said it reboots is heard of; the rollouts whose grants that ended. */
  heard(host: string, said: CheckIn, now: string): string[];
  /** Hosts that said they reboot and whose grants a check-in may still end. */
  departed(): string[];
  isDeparted(host: string): boolean;
}

interface DepartedRow extends OpenGrant {
  boot: string | null;
  goal: string | null;
  from: string | null;
}

/** Prepares the statements. */
export function openGrants(db: Database.Database, rollouts: RolloutRows, watch: WatchClock): OpenGrants {
  const columns =
    'host_grant.id, host, rollout, host_grant.version, outcome, ended_by AS endedBy, canary, counted, rebooting';
  const find = db.prepare<[string, string], OpenGrant>(
    `SELECT ${columns} FROM host_grant WHERE id = ? AND host = ?`,
  );
  const leave = db.prepare('UPDATE host_grant SET lapses_ms = ? WHERE id = ?');
  const reboot = db.prepare(
    'UPDATE host_grant SET rebooting = ?, boot = ?, heard_ms = ? WHERE id = ? AND outcome IS NULL',
  );
  const hear = db.prepare('UPDATE host_grant SET heard_ms = ?, odd_root = ? WHERE id = ?');
  const end = db.prepare(
    'UPDATE host_grant SET outcome = ?, ended_by = ?, closed = ?, closed_ms = ? WHERE id = ?',
  );
  const ofHost = db.prepare<[string], OpenGrant>(
    `SELECT ${columns} FROM host_grant WHERE host = ? AND outcome IS NULL`,
  );
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
  const departedOf = db.prepare<[string], DepartedRow>(
    `SELECT ${columns}, boot, came_from AS "from", release.root_hash AS goal
     FROM host_grant LEFT JOIN release ON release.sha256 = host_grant.release
     WHERE host = ? AND ${isDeparted} ORDER BY granted DESC LIMIT 1`,
  );
  const standing: HostStanding = hostStanding(db);

  function close(grant: OpenGrant, outcome: string, now: string, by: OpenGrant['endedBy'] = 'report'): void {
    if (!mayEnd(grant, outcome, by)) return;
    const { outcome: before, rollout, canary, counted } = grant;
    end.run(outcome, by, now, watch.now().ms, grant.id);
    const since = outcome === 'silent' ? (grant.rebooting ?? now) : now;
    standing.set(grant.host, outcome, grant.version, since);
    if (!rollout || !counted) return;
    const [share, past] = [shareOf(outcome), shareOf(before)];
    const failed = share.failed - past.failed;
    rollouts.count(rollout, {
      inFlight: before === null ? -1 : 0,
      confirmed: share.confirmed - past.confirmed,
      failed,
      canaryFailed: canary ? failed : 0,
      silent: share.silent - past.silent,
    });
  }

  const closeAll = (grants: readonly OpenGrant[], outcome: GrantOutcome, now: string) => {
    for (const grant of grants) close(grant, outcome, now, 'server');
  };

  return {
    find: (id, host) => find.get(id, host),
    open({ id, version }, host, now) {
      leave.run(watch.now().ms + lapseMs, id);
      standing.set(host, 'under_way', version, now);
    },
    markRebooting(grant, host, boot, now) {
      reboot.run(now, boot, watch.now().ms, grant.id);
      if (grant.outcome === null) standing.set(host, 'rebooting', grant.version, now);
    },
    close,
    closeOthers: (host, now, outcome = 'lapsed') => closeAll(ofHost.all(host), outcome, now),
    withdraw: (host, now, kept) =>
      closeAll(
        ofHost.all(host).filter(({ version }) => version !== kept),
        'withdrawn',
        now,
      ),
    lapse: (now) => closeAll(lapsed.all(watch.now().ms), 'lapsed', now),
    silence: (rollout, { from, to }, now) => closeAll(silent.all(rollout, from, to), 'silent', now),
    awaited: () => awaited.all(),
    departed: () => departed.all(),
    isDeparted: (host) => departedOf.get(host) !== undefined,
    heard(host, said, now) {
      const grant = departedOf.get(host);
      if (!grant) return [];
      const ended = endBy(grant, said);
      hear.run(watch.now().ms, ended === 'odd' ? said.rootHash : null, grant.id);
      if (ended === null || ended === 'odd') return [];
      close(grant, ended, now, 'check_in');
      return grant.rollout ? [grant.rollout] : [];
    },
  };
}
