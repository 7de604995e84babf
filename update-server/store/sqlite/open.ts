import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { InterlockError } from '../../../protocol/errors.ts';
import { migrations } from './migrations.ts';

/** Pages of our own, and how much of the file is read where the kernel has it: a million hosts are some 500 MB. */
const cacheKibibytes = 32 * 1024;
const mapBytes = 2 ** 31;
/** Pages the log may hold, 64 MiB: check-ins write the same ones again and again, and each goes into the file once. */
const logPages = 16 * 1024;

/** The database's name inside the data folder. */
const databaseFile = 'interlock.db';

/**
 * Opens the database and brings it to the newest schema. `synchronous=FULL` is set on each connection because
 * the library's default, NORMAL, may lose the last commits with WAL. Throws `server_unready` for a newer schema.
 */
export function openDatabase(dataDir: string): Database.Database {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const db = new Database(join(dataDir, databaseFile), { timeout: 5000 });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma(`cache_size = -${cacheKibibytes}`);
  db.pragma(`mmap_size = ${mapBytes}`);
  db.pragma(`wal_autocheckpoint = ${logPages}`);
  // a step that makes a table anew would take with it what refers to the old one
  db.pragma('foreign_keys = OFF');
  try {
    migrate(db);
    db.pragma('foreign_keys = ON');
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

function migrate(db: Database.Database): void {
  const step = db.transaction(() => {
    const done = db.pragma('user_version', { simple: true }) as number;
    if (done > migrations.length) {
      throw new InterlockError('server_unready', { problem: `the database has schema ${done}, a newer one` });
    }
    for (const sql of migrations.slice(done)) db.exec(sql);
    db.pragma(`user_version = ${migrations.length}`);
  });
  step.immediate();
}
