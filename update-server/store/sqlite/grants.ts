import type Database from 'better-sqlite3';
import type { Report } from '../../../protocol/check-in.ts';
import type { Grant, Store } from '../store.ts';
import type { Write } from './group-commit.ts';

/** Reports of one host that are kept, so that a chatty host cannot fill the disk. */
const keptReports = 1000;
const finalKinds: readonly Report['kind'][] = ['confirmed', 'fell_back', 'failed', 'cancelled'];

/** Grants and the reports that close them. */
export function grantStore(db: Database.Database, write: Write): Pick<Store, 'grant' | 'report'> {
  const allowed = db
    .prepare<[string], number>('SELECT 1 FROM host WHERE id = ? AND held = 0 AND cloned = 0')
    .pluck();
  const renew = db.prepare<[string, string, string], Grant>(
    `UPDATE host_grant SET expires = ? WHERE host = ? AND release = ? AND outcome IS NULL
     RETURNING id, version, release, expires`,
  );
  const insert = db.prepare<[string, string, string, string, string, string]>(
    'INSERT INTO host_grant (id, host, version, release, granted, expires) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const addReport = db.prepare(
    `INSERT OR IGNORE INTO report
       (host, id, grant_id, kind, from_version, version, boot_id, at, received, detail)
     VALUES (@host, @id, @grant, @kind, @from, @version, @bootId, @at, @received, @detail)`,
  );
  const close = db.prepare('UPDATE host_grant SET outcome = ? WHERE id = ? AND host = ? AND outcome IS NULL');
  const known = db.prepare<[string], number>('SELECT 1 FROM host WHERE id = ?').pluck();
  const prune = db.prepare(
    `DELETE FROM report WHERE host = @host AND seq <=
       (SELECT seq FROM report WHERE host = @host ORDER BY seq DESC LIMIT 1 OFFSET ${keptReports})`,
  );

  return {
    grant: (host, grant, now) =>
      write(() => {
        if (!allowed.get(host)) return undefined;
        const renewed = renew.get(grant.expires, host, grant.release);
        if (renewed) return renewed;
        insert.run(grant.id, host, grant.version, grant.release, now, grant.expires);
        return grant;
      }),
    report: (host, reports, now) =>
      write(() => {
        if (!known.get(host)) return;
        for (const report of reports) {
          const isNew = addReport.run({ ...report, host, received: now }).changes === 1;
          if (isNew && finalKinds.includes(report.kind)) close.run(report.kind, report.grant, host);
        }
        prune.run({ host });
      }),
  };
}
