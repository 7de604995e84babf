import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for targets that read files; it goes with the thread. */
export function scratchFolder(): string {
  // in memory where that can be had: it is written for each input
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'interlock-fuzz-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
