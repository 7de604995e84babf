import type Database from 'better-sqlite3';
import { parseSubject } from '../../domain/audit/subject.ts';
import type { ChangePosition, ChangeStore, Changes } from '../interface/changes.ts';

/** Reads changes by the ends of the tables: it costs nothing without listeners. */
export function changeStore(db: Database.Database): ChangeStore {
  const position = db.prepare<[], ChangePosition>(
    `SELECT (SELECT coalesce(max(seq), 0) FROM audit) AS audit, (SELECT coalesce(max(seq), 0) FROM report) AS report`,
  );
  const lines = db.prepare<[number, number, number], { action: string; subject: string }>(
    'SELECT action, subject FROM audit WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
  );
  const reporters = db
    .prepare<[number, number, number], string>(
      'SELECT DISTINCT host FROM report WHERE seq > ? AND seq <= ? LIMIT ?',
    )
    .pluck();
  const rollouts = db.prepare<[], Changes['rollouts'][number]>(
    "SELECT id, state, in_flight AS inFlight, confirmed, failed FROM rollout WHERE state <> 'superseded'",
  );
  return {
    changePosition: async () => position.get()!,
    async changes(since, limit) {
      const now = position.get()!;
      return {
        position: now,
        lines: lines
          .all(since.audit, now.audit, limit)
          .map(({ action, subject }) => ({ action, subject: parseSubject(subject) })),
        reporters: reporters.all(since.report, now.report, limit),
        rollouts: rollouts.all(),
      };
    },
  };
}
