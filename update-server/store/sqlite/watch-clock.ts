import type Database from 'better-sqlite3';
import type { Watched } from '../../domain/rollout/watched.ts';

/** The time this server watched over: kept in the database, so that an absence adds nothing to it. */
export interface WatchClock {
  now(): Watched;
  /** For use inside a write. */
  advance(coveredMs: number): void;
}

/** Reads where the clock stands; this process began to watch there. */
export function watchClock(db: Database.Database): WatchClock {
  const read = db.prepare<[], number>('SELECT ms FROM watch').pluck();
  const set = db.prepare('UPDATE watch SET ms = ?');
  // a beginning of its own: a contact before the first tick is not taken for one of the process before
  const sinceMs = (read.get() ?? 0) + 1;
  let ms = sinceMs;
  return {
    now: () => ({ ms, sinceMs }),
    advance(coveredMs) {
      ms += Math.max(0, Math.round(coveredMs));
      set.run(ms);
    },
  };
}
