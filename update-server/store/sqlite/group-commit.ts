import type Database from 'better-sqlite3';

interface Job {
  work(): unknown;
  done(value: never): void;
  fail(error: unknown): void;
}

/** Runs a piece of work inside the next commit and resolves when that commit is on the disk. */
export type Write = <T>(work: () => T) => Promise<T>;

/**
 * Writes that arrive in one turn of the event loop share one transaction, hence one fsync.
 * Each has its own savepoint: a failing one is undone alone.
 */
export function groupCommits(db: Database.Database): Write {
  let waiting: Job[] = [];
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');

  function flush(): void {
    const jobs = waiting;
    waiting = [];
    try {
      begin.run();
      const settle = jobs.map(runAlone);
      commit.run();
      for (const tell of settle) tell();
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK');
      for (const job of jobs) job.fail(error);
    }
  }

  function runAlone(job: Job): () => void {
    db.exec('SAVEPOINT job');
    try {
      const value = job.work();
      db.exec('RELEASE job');
      return () => job.done(value as never);
    } catch (error) {
      if (!db.inTransaction) throw error;
      db.exec('ROLLBACK TO job; RELEASE job');
      return () => job.fail(error);
    }
  }

  return (work) =>
    new Promise((done, fail) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ work, done, fail });
    });
}
