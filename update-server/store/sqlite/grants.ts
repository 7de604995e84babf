import type Database from 'better-sqlite3';
import type { Report } from '../../../protocol/api/check-in.ts';
import { haltIfDue } from '../../domain/rollout/halt.ts';
import { settleReturn } from '../../domain/rollout/settle.ts';
import { takeGrant } from '../../domain/rollout/take-grant.ts';
import { keptOf, shortened, takeReport } from '../../domain/rollout/take-report.ts';
import type { GrantStore } from '../interface/grants.ts';
import type { GrantRows } from './grant-rows.ts';
import type { Write } from './group-commit.ts';
import type { HaltRows } from './halt-rows.ts';
import type { RolloutRows } from './rollout-rows.ts';

interface Flags {
  held: boolean;
  cloned: boolean;
  approved: boolean;
}

/** Grants and the reports that end them. */
export function grantStore(
  db: Database.Database,
  write: Write,
  rollouts: RolloutRows,
  grants: GrantRows,
  halts: HaltRows,
): GrantStore {
  const flags = db.prepare<[string], Record<keyof Flags, number>>(
    'SELECT held, cloned, approved FROM host WHERE id = ?',
  );
  const addReport = db.prepare(
    `INSERT OR IGNORE INTO report
       (host, id, grant_id, kind, from_version, version, boot_id, at, received, detail)
     VALUES (@host, @id, @grant, @kind, @from, @version, @bootId, @at, @received, @detail)`,
  );
  const prune = db.prepare(
    `DELETE FROM report WHERE host = @host AND seq <=
       (SELECT seq FROM report WHERE host = @host ORDER BY seq DESC LIMIT 1 OFFSET @kept)`,
  );
  /** Asked at each check-in, so from memory. */
  const departed = new Set(grants.departed());

  function readFlags(host: string): Flags | undefined {
    const row = flags.get(host);
    return row && { held: row.held !== 0, cloned: row.cloned !== 0, approved: row.approved !== 0 };
  }

  function haltWhenDue(id: string, now: string): void {
    const rollout = rollouts.byId(id);
    const change = haltIfDue(rollout, rollout ? halts.silent(rollout) : [], new Date(now));
    if (change) halts.write(change, now);
  }

  /** The rollout that the report may change. */
  function take(report: Report, host: string, now: string): string | null {
    const isNew = addReport.run({ ...report, host, received: now }).changes === 1;
    const grant = isNew && report.grant ? grants.find(report.grant, host) : undefined;
    if (!grant) return null;
    const effect = takeReport(report, grant, now);
    if ('departs' in effect) {
      grants.depart(grant, effect.departs, now);
      departed.add(host);
    } else if (effect.end) grants.end([effect.end], now);
    return grant.rollout;
  }

  return {
    takeGrant: (host, requested, now) =>
      write(() => {
        const facts = {
          host: readFlags(host),
          rollout: rollouts.byId(requested.rollout),
          open: grants.openOf(host),
        };
        const decision = takeGrant(facts, requested, now);
        grants.end(decision.ends, now);
        if ('none' in decision) return { none: decision.none };
        if ('renews' in decision) {
          const same = facts.open.find(({ id }) => id === decision.renews.id)!;
          return { grant: grants.renew(same, requested.expires, now) };
        }
        grants.insert(requested, host, decision.counted, now);
        const { grants: kept } = keptOf(decision.counted);
        if (kept !== null) grants.prune(host, kept);
        const { id, version, release, expires } = requested;
        return { grant: { id, version, release, expires } };
      }),
    hasOpenGrant: async (host, rollout) => grants.hasOpen(host, rollout),
    settleReturn: async (host, checkIn, now) => {
      if (!departed.has(host)) return;
      await write(() => {
        const grant = grants.departedOf(host);
        if (grant) {
          const { end, oddRoot } = settleReturn(grant, checkIn, now);
          grants.noteReturn(grant.id, oddRoot);
          if (end) grants.end([end], now);
          if (end && grant.rollout) haltWhenDue(grant.rollout, now);
        }
        if (!grants.departedOf(host)) departed.delete(host);
      });
    },
    report: (host, reports, now) =>
      write(() => {
        const known = readFlags(host);
        if (!known) return;
        const kept = keptOf(known.approved);
        const touched = reports.flatMap((report) => take(shortened(report, kept), host, now) ?? []);
        for (const id of new Set(touched)) haltWhenDue(id, now);
        prune.run({ host, kept: kept.reports });
      }),
  };
}
