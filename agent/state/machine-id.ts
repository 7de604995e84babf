import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../system/files/durable.ts';
import { privateFile } from '../../system/files/private-files.ts';
import type { Paths } from '../config/paths.ts';
import { clearPlace } from './clear-place.ts';

/** The host's machine id, 32 hex digits; a host without one gets one of its own in the state. */
export async function readMachineId({ root, state }: Paths): Promise<string> {
  const own = join(state, 'machine-id');
  for (const file of [join(root, 'etc/machine-id'), own]) {
    // what is missing or cannot be read is not a machine id: the next place is tried, then one is made
    const text = (await readFile(file, 'utf8').catch(() => '')).trim();
    if (/^[0-9a-f]{32}$/.test(text)) return text;
  }
  await clearPlace(own);
  const made = randomBytes(16).toString('hex');
  await writeDurably(own, `${made}\n`, privateFile);
  return made;
}
