import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder in memory for targets that read files; it goes with the process. */
export function scratchFolder(): string {
  return mkdtempSync(join(tmpdir(), 'scratch-'));
}
