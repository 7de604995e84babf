import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs';

/**
 * Makes a file that only its owner reads and locks, or makes it so: SQLite gives its log and its shared memory the same rights, and
 * whoever may read those can keep everybody from writing. One that is there is not opened: closing it would give up its locks.
 */
export function makePrivate(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'ax', 0o600));
  else if (isMine(path)) chmodSync(path, 0o600);
}

function isMine(path: string): boolean {
  const me = process.geteuid?.();
  return me === 0 || statSync(path).uid === me;
}
