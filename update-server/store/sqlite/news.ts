import type Database from 'better-sqlite3';
import type { News, NewsPlace, NewsStore } from '../interface/changes.ts';

/** Reads news by the ends of the tables: nothing is paid while nobody listens. */
export function newsStore(db: Database.Database): NewsStore {
  const place = db.prepare<[], NewsPlace>(
    `SELECT (SELECT coalesce(max(seq), 0) FROM audit) AS audit, (SELECT coalesce(max(seq), 0) FROM report) AS report`,
  );
  const lines = db.prepare<[number, number, number], News['lines'][number]>(
    'SELECT action, subject FROM audit WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
  );
  const reporters = db
    .prepare<[number, number, number], string>(
      'SELECT DISTINCT host FROM report WHERE seq > ? AND seq <= ? LIMIT ?',
    )
    .pluck();
  const rollouts = db.prepare<[], News['rollouts'][number]>(
    "SELECT id, state, in_flight AS inFlight, confirmed, failed FROM rollout WHERE state <> 'superseded'",
  );
  return {
    newsPlace: async () => place.get()!,
    async news(since, limit) {
      const now = place.get()!;
      return {
        place: now,
        lines: lines.all(since.audit, now.audit, limit),
        reporters: reporters.all(since.report, now.report, limit),
        rollouts: rollouts.all(),
      };
    },
  };
}
