import type Database from 'better-sqlite3';
import type { Report } from '../../../protocol/api/check-in.ts';
import { settleReturn } from '../../domain/rollout/settle.ts';
import { keptOf, shortened, takeReport } from '../../domain/rollout/take-report.ts';
import type { GrantStore } from '../interface/grants.ts';
import type { GrantRows } from './grant-rows.ts';
import type { Write } from './group-commit.ts';
import type { HaltRows } from './halt-rows.ts';
import { hostFlagsReader } from './host-flags.ts';
import type { FollowHosts } from './host-row.ts';

/** Reports, and check-ins after a reboot: what ends a grant. */
export function reportStore(
  db: Database.Database,
  write: Write,
  grants: GrantRows,
  halts: HaltRows,
  hosts: FollowHosts,
): Pick<GrantStore, 'report' | 'settleReturn'> {
  const readFlags = hostFlagsReader(db);
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

  function isNew(report: Report, host: string, now: string): boolean {
    return addReport.run({ ...report, host, received: now }).changes === 1;
  }

  /** The rollout that the report may change. */
  function take(report: Report, host: string, now: string): string | null {
    const grant = report.grant ? grants.find(report.grant, host) : undefined;
    if (!grant) return null;
    const effect = takeReport(report, grant, now);
    if ('departs' in effect) {
      grants.depart(grant, effect.departs, now);
      departed.add(host);
    } else if (effect.end) grants.end([effect.end], now);
    return grant.rollout;
  }

  return {
    report: (host, reports, now) =>
      write(() => {
        const known = readFlags(host);
        if (!known) return;
        const kept = keptOf(known.approved);
        const fresh = reports.filter((report) => isNew(shortened(report, kept), host, now));
        const touched = fresh.flatMap((report) => take(report, host, now) ?? []);
        hosts.reported(host, fresh, now);
        for (const id of new Set(touched)) halts.haltIfDue(id, now);
        prune.run({ host, kept: kept.reports });
      }),
    settleReturn: async (host, checkIn, now) => {
      if (!departed.has(host)) return;
      await write(() => {
        const grant = grants.departedOf(host);
        if (grant) {
          const { end, oddRoot } = settleReturn(grant, checkIn, now);
          grants.noteReturn(grant.id, oddRoot);
          if (end) grants.end([end], now);
          if (end && grant.rollout) halts.haltIfDue(grant.rollout, now);
        }
        if (!grants.departedOf(host)) departed.delete(host);
      });
    },
  };
}
