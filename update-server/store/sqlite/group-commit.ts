import type Database from 'better-sqlite3';
import { diskFailureOf } from '../../../protocol/errors/disk-failure.ts';

interface Job {
  work(): unknown;
  done(value: never): void;
  fail(error: unknown): void;
}

/** Runs a piece of work inside the next commit and resolves when that commit is on the disk. */
export type Write = <T>(work: () => T) => Promise<T>;

/**
 * Writes that arrive in one turn of the event loop share one transaction, hence one fsync.
 * Each has its own savepoint: a failing one is undone alone. When the disk is full, `makeRoom` is asked for some, and
 * if it had any all of them are tried once more.
 */
export function groupCommits(db: Database.Database, makeRoom: () => boolean = () => false): Write {
  let waiting: Job[] = [];
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');

  function flush(): void {
    const jobs = waiting;
    waiting = [];
    try {
      for (const settle of commitAll(jobs)) settle();
    } catch (error) {
      for (const job of jobs) job.fail(error);
    }
  }

  function commitAll(jobs: readonly Job[]): (() => void)[] {
    try {
      return commitOnce(jobs);
    } catch (error) {
      if (!isFull(error) || !makeRoom()) throw error;
      return commitOnce(jobs);
    }
  }

  function commitOnce(jobs: readonly Job[]): (() => void)[] {
    try {
      begin.run();
      const settle = jobs.map(runAlone);
      commit.run();
      return settle;
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }

  function runAlone(job: Job): () => void {
    db.exec('SAVEPOINT job');
    try {
      const value = job.work();
      db.exec('RELEASE job');
      return () => job.done(value as never);
    } catch (error) {
      if (!db.inTransaction || isFull(error)) throw error;
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

function isFull(error: unknown): boolean {
  return diskFailureOf(error)?.code === 'disk_full';
}
