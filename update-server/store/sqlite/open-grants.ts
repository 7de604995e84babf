import type Database from 'better-sqlite3';
import type { GrantOutcome } from '../../../protocol/check-in.ts';
import type { RolloutRows } from './rollout-rows.ts';

/** A grant as its end needs it. */
export interface OpenGrant {
  id: string;
  rollout: string | null;
  outcome: GrantOutcome | null;
  canary: number;
  counted: number;
}

/** What may end a grant; other reports leave it open. */
const ends: readonly string[] = ['confirmed', 'fell_back', 'failed', 'cancelled', 'lapsed', 'silent'];
const failures: readonly (string | null)[] = ['fell_back', 'failed', 'silent'];

/** Ends grants and keeps the counts of their rollouts; for use inside a write of the store. */
export interface OpenGrants {
  find(id: string, host: string): OpenGrant | undefined;
  markRebooting(grant: OpenGrant, now: string): void;
  /** A report after the server gave the host up corrects what was counted; a second end of any other kind is nothing. */
  close(grant: OpenGrant, outcome: string, now: string): void;
  /** A host that gets a new grant, or none any more, has left its older ones. */
  closeOthers(host: string, now: string): void;
  /** Ends what lapsed before the flip. */
  lapse(now: string): void;
  /** Ends what is silent since it said it reboots, in one rollout. */
  silence(rollout: string, since: string, now: string): void;
}

/** Prepares the statements. */
export function openGrants(db: Database.Database, rollouts: RolloutRows): OpenGrants {
  const columns = 'id, rollout, outcome, canary, counted';
  const find = db.prepare<[string, string], OpenGrant>(
    `SELECT ${columns} FROM host_grant WHERE id = ? AND host = ?`,
  );
  const reboot = db.prepare('UPDATE host_grant SET rebooting = ? WHERE id = ? AND outcome IS NULL');
  const end = db.prepare('UPDATE host_grant SET outcome = ?, closed = ? WHERE id = ?');
  const ofHost = db.prepare<[string], OpenGrant>(
    `SELECT ${columns} FROM host_grant WHERE host = ? AND outcome IS NULL`,
  );
  const lapsed = db.prepare<[string], OpenGrant>(
    `SELECT ${columns} FROM host_grant WHERE outcome IS NULL AND expires < ? AND rebooting IS NULL`,
  );
  const silent = db.prepare<[string, string], OpenGrant>(
    `SELECT ${columns} FROM host_grant WHERE outcome IS NULL AND rollout = ? AND rebooting < ?`,
  );

  function close(grant: OpenGrant, outcome: string, now: string): void {
    if (!ends.includes(outcome)) return;
    const { outcome: before, rollout, canary, counted } = grant;
    const isLate = before === 'lapsed' || before === 'silent';
    if (before !== null && !(isLate && outcome !== before)) return;
    end.run(outcome, now, grant.id);
    if (!rollout || !counted) return;
    const failed = Number(failures.includes(outcome)) - Number(failures.includes(before));
    rollouts.count(rollout, {
      inFlight: before === null ? -1 : 0,
      confirmed: outcome === 'confirmed' ? 1 : 0,
      failed,
      canaryFailed: canary ? failed : 0,
    });
  }

  function closeAll(grants: readonly OpenGrant[], outcome: GrantOutcome, now: string): void {
    for (const grant of grants) close(grant, outcome, now);
  }

  return {
    find: (id, host) => find.get(id, host),
    markRebooting: (grant, now) => void reboot.run(now, grant.id),
    close,
    closeOthers: (host, now) => closeAll(ofHost.all(host), 'lapsed', now),
    lapse: (now) => closeAll(lapsed.all(now), 'lapsed', now),
    silence: (rollout, since, now) => closeAll(silent.all(rollout, since), 'silent', now),
  };
}
