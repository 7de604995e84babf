import type Database from 'better-sqlite3';
import type { NoneReason, Report } from '../../../protocol/api/check-in.ts';
import { closedBy } from '../../domain/rollout/admit.ts';
import type { OpenGrant } from '../../domain/rollout/grant-end.ts';
import { haltReason } from '../../domain/rollout/judge.ts';
import { isOpen } from '../../domain/rollout/rollout.ts';
import type { Grant, Store } from '../interface/store.ts';
import type { Write } from './group-commit.ts';
import type { Halt } from './halt.ts';
import type { OpenGrants } from './open-grants.ts';
import type { RolloutRows } from './rollout-rows.ts';

/** Reports of one host that are kept, so that a chatty host cannot fill the disk. */
const keptReports = 1000;
/** The same, and of its grants, when nobody vouched for it: whoever reaches the server can add some. */
const keptOfUnapproved = 16;
const longestOfUnapproved = 512;

/** Grants and the reports that close them. */
export function grantStore(
  db: Database.Database,
  write: Write,
  rollouts: RolloutRows,
  open: OpenGrants,
  halt: Halt,
): Pick<Store, 'grant' | 'hasOpenGrant' | 'report' | 'isDeparted' | 'heard'> {
  const flags = db.prepare<[string], { held: number; cloned: number; approved: number }>(
    'SELECT held, cloned, approved FROM host WHERE id = ?',
  );
  const departed = new Set(open.departed());
  const renew = db.prepare<[string, string, string, string], Grant>(
    `UPDATE host_grant SET expires = ? WHERE host = ? AND release = ? AND rollout = ? AND outcome IS NULL
     RETURNING id, version, release, expires`,
  );
  const insert = db.prepare(
    `INSERT INTO host_grant (id, host, rollout, version, release, granted, expires, canary, counted, came_from)
     VALUES (@id, @host, @rollout, @version, @release, @now, @expires, @canary, @counted, @from)`,
  );
  const hasOpen = db
    .prepare<[string, string], number>(
      'SELECT 1 FROM host_grant WHERE host = ? AND rollout = ? AND outcome IS NULL',
    )
    .pluck();
  const addReport = db.prepare(
    `INSERT OR IGNORE INTO report
       (host, id, grant_id, kind, from_version, version, boot_id, at, received, detail)
     VALUES (@host, @id, @grant, @kind, @from, @version, @bootId, @at, @received, @detail)`,
  );
  const prune = db.prepare(
    `DELETE FROM report WHERE host = @host AND seq <=
       (SELECT seq FROM report WHERE host = @host ORDER BY seq DESC LIMIT 1 OFFSET @kept)`,
  );
  const pruneGrants = db.prepare(
    `DELETE FROM host_grant WHERE host = @host AND outcome IS NOT NULL AND rowid <=
       (SELECT rowid FROM host_grant WHERE host = @host ORDER BY rowid DESC LIMIT 1 OFFSET ${keptOfUnapproved})`,
  );

  function haltIfDue(id: string, now: string): void {
    const rollout = rollouts.byId(id);
    const reason = rollout && isOpen(rollout) ? haltReason(rollout) : null;
    if (rollout && reason) halt(rollout, reason, new Date(now));
  }

  function take(report: Report, host: string, now: string): OpenGrant | undefined {
    const isNew = addReport.run({ ...report, host, received: now }).changes === 1;
    const grant = isNew && report.grant ? open.find(report.grant, host) : undefined;
    if (!grant) return undefined;
    if (report.kind === 'rebooting') {
      open.markRebooting(grant, host, report.bootId, now);
      departed.add(host);
    } else open.close(grant, report.kind, now, 'report');
    return grant;
  }

  return {
    grant: (host, { rollout, canary, limit, from = null, ...grant }, now) =>
      write((): { grant: Grant } | { none: NoneReason } => {
        const host_ = flags.get(host);
        if (!host_ || host_.held) return { none: 'held' };
        if (host_.cloned) return { none: 'cloned' };
        const closed = closedBy(rollouts.byId(rollout) ?? { state: 'superseded' });
        if (closed) return { none: closed };
        const renewed = renew.get(grant.expires, host, grant.release, rollout);
        if (renewed) {
          open.open(renewed, host, now);
          return { grant: renewed };
        }
        open.closeOthers(host, now);
        const counted = host_.approved !== 0;
        if (counted && !rollouts.takePlace(rollout, limit)) return { none: 'in_flight_limit' };
        insert.run({ ...grant, host, rollout, now, canary: canary ? 1 : 0, counted: counted ? 1 : 0, from });
        open.open(grant, host, now);
        if (!counted) pruneGrants.run({ host });
        return { grant };
      }),
    isDeparted: (host) => departed.has(host),
    heard: (host, said, now) =>
      write(() => {
        for (const id of open.heard(host, said, now)) haltIfDue(id, now);
        if (!open.isDeparted(host)) departed.delete(host);
      }),
    hasOpenGrant: async (host, rollout) => hasOpen.get(host, rollout) !== undefined,
    report: (host, reports, now) =>
      write(() => {
        const known = flags.get(host);
        if (!known) return;
        const isApproved = known.approved !== 0;
        const touched = new Set<string>();
        for (const report of isApproved ? reports : reports.map(shortened)) {
          const grant = take(report, host, now);
          if (grant?.rollout) touched.add(grant.rollout);
        }
        for (const id of touched) haltIfDue(id, now);
        prune.run({ host, kept: isApproved ? keptReports : keptOfUnapproved });
      }),
  };
}

function shortened(report: Report): Report {
  return { ...report, detail: report.detail.slice(0, longestOfUnapproved) };
}
