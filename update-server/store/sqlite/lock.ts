import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { diskFailureOf } from '../../../protocol/errors/disk-failure.ts';
import { asInterlockError, InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { makePrivate } from '../../disk/private-file.ts';

/**
 * Keeps a second server out of a data folder. The lock is one of the kernel's, held through SQLite, so it ends with
 * the process however that ends. Returns how to let go; throws `busy`.
 */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const pidFile = join(dataDir, 'serve.pid');
  const lockFile = join(dataDir, 'serve.lock');
  makePrivate(lockFile);
  const db = new Database(lockFile, { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    if ((cause as { code?: string }).code !== 'SQLITE_BUSY') throw asInterlockError(cause);
    throw new InterlockError('busy', { program: 'interlock serve', pid: readPid(pidFile) }, { cause });
  }
  notePid(pidFile);
  return () => db.close();
}

/** The pid is for people; a full disk keeps no server from starting over it. */
function notePid(pidFile: string): void {
  try {
    makePrivate(pidFile);
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    if (diskFailureOf(error)?.code !== 'disk_full') throw error;
  }
}

function readPid(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
