import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { InterlockError } from '../../../protocol/errors.ts';

/**
 * Keeps a second server out of a data folder. The lock is one of the kernel's, held through SQLite, so it ends with
 * the process however that ends. Returns how to let go; throws `busy`.
 */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const pidFile = join(dataDir, 'serve.pid');
  const db = new Database(join(dataDir, 'serve.lock'), { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    throw new InterlockError('busy', { program: 'interlock serve', pid: readPid(pidFile) }, { cause });
  }
  writeFileSync(pidFile, `${process.pid}\n`);
  return () => db.close();
}

function readPid(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
