import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { damageOf } from '../../../protocol/errors/disk-failure.ts';
import { asInterlockError, errorOf, InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { measureDisk } from '../../disk/disk.ts';
import { makePrivate } from '../../disk/private-file.ts';
import { keepFormer } from './keep-former.ts';
import { migrations } from './migrations.ts';

/** Pages of our own, and how much of the file is read where the kernel has it: a million hosts are some 500 MB. */
const cacheKibibytes = 32 * 1024;
const mapBytes = 2 ** 31;
/** Pages the log may hold, 64 MiB: check-ins write the same ones again and again, and each goes into the file once. */
const logPages = 16 * 1024;
const pageBytes = 4096;
/** The log's share of a small disk; it is part of the space that uploads leave free. */
const logShare = 64;
/** A database up to this size is read once as a whole before it is believed. */
const checkedBytes = 256 * 2 ** 20;

/** The database's name inside the data folder. */
const databaseFile = 'interlock.db';

/**
 * Opens the database and brings it to the newest schema. `synchronous=FULL` is set on each connection because
 * the library's default, NORMAL, may lose the last commits with WAL. Throws `server_unready` for a newer schema, a damaged
 * database, and one that is gone from a folder that had one.
 */
export function openDatabase(dataDir: string): Database.Database {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, databaseFile);
  refuseLoss(dataDir, file);
  makePrivate(file);
  const db = new Database(file, { timeout: 5000 });
  try {
    prepare(db, logPagesOf(dataDir));
    refuseDamage(db, file);
    migrate(db, file);
    db.pragma('foreign_keys = ON');
  } catch (error) {
    db.close();
    throw asInterlockError(error);
  }
  return db;
}

function prepare(db: Database.Database, pages: number): void {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma(`cache_size = -${cacheKibibytes}`);
  db.pragma(`mmap_size = ${mapBytes}`);
  db.pragma(`wal_autocheckpoint = ${pages}`);
  db.pragma(`journal_size_limit = ${pages * pageBytes}`);
  // a step that makes a table anew would take with it what refers to the old one
  db.pragma('foreign_keys = OFF');
}

function logPagesOf(dataDir: string): number {
  const pages = Math.floor(measureDisk(dataDir).total / logShare / pageBytes);
  return Math.min(logPages, Math.max(pages, 16));
}

/** A server that began anew where its database was lost would turn every host away, and show it new keys' worth of nothing. */
function refuseLoss(dataDir: string, file: string): void {
  const isGone = !existsSync(file) || statSync(file).size === 0;
  const hadOne = existsSync(join(dataDir, 'online')) || existsSync(join(dataDir, 'blobs'));
  if (!isGone || !hadOne) return;
  const problem = `${file} is missing, and its folder was in use: restore a backup (interlock restore), or start with an empty folder`;
  throw new InterlockError('server_unready', { problem });
}

function refuseDamage(db: Database.Database, file: string): void {
  if (statSync(file).size > checkedBytes) return;
  const found = db.pragma('quick_check(1)', { simple: true });
  if (found === 'ok') return;
  throw errorOf(damageOf(String(found)));
}

function migrate(db: Database.Database, file: string): void {
  const schema = db.pragma('user_version', { simple: true }) as number;
  if (schema > 0 && schema < migrations.length) keepFormer(db, file, schema);
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
