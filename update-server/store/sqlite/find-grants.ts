import type Database from 'better-sqlite3';
import type { OpenGrant } from '../../domain/rollout/grant-end.ts';
import type { Departed } from '../../domain/rollout/settle.ts';
import type { Grant } from '../../domain/rollout/take-grant.ts';
import type { WatchClock } from './watch-clock.ts';

/** An open grant with all that its host learns of it. */
export type FullGrant = OpenGrant & Grant;
type DepartedGrant = OpenGrant & Departed;

/** Finds the grants that a report, a check-in or the passing of time may end. */
export interface FindGrants {
  find(id: string, host: string): OpenGrant | undefined;
  openOf(host: string): FullGrant[];
  hasOpen(host: string, rollout: string): boolean;
  /** Those that lapse by now and whose host did not report that it reboots. */
  lapsed(): OpenGrant[];
  /** Those of a rollout whose hosts rebooted and were in contact last in that span of watched time. */
  silent(rollout: string, span: { from: number; to: number }): OpenGrant[];
  /** Rollouts of hosts that reported that they reboot. */
  awaited(): string[];
  /** Hosts that reported that they reboot and whose grants a check-in may still end. */
  departed(): string[];
  departedOf(host: string): DepartedGrant | undefined;
}

const columns =
  'host_grant.id, host, rollout, host_grant.version, outcome, ended_by AS endedBy, canary, counted, rebooting';
const isDeparted = `rebooting IS NOT NULL AND (outcome IS NULL OR outcome IN ('silent', 'withdrawn'))`;

/** Prepares the statements. */
export function findGrants(db: Database.Database, watch: WatchClock): FindGrants {
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
  const departed = db.prepare<[], string>(`SELECT DISTINCT host FROM host_grant WHERE ${isDeparted}`).pluck();
  const departedOf = db.prepare<[string], DepartedGrant>(
    `SELECT ${columns}, boot, came_from AS "from", release.root_hash AS goal
     FROM host_grant LEFT JOIN release ON release.sha256 = host_grant.release
     WHERE host = ? AND ${isDeparted} ORDER BY granted DESC LIMIT 1`,
  );
  return {
    find: (id, host) => find.get(id, host),
    openOf: (host) => openOf.all(host),
    hasOpen: (host, rollout) => hasOpen.get(host, rollout) !== undefined,
    lapsed: () => lapsed.all(watch.now().ms),
    silent: (rollout, { from, to }) => silent.all(rollout, from, to),
    awaited: () => awaited.all(),
    departed: () => departed.all(),
    departedOf: (host) => departedOf.get(host),
  };
}
