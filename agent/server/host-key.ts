import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../system/files/durable.ts';
import { clearPlace } from '../state/clear-place.ts';

const form = /^[0-9A-Za-z_-]{32,128}$/;

/**
 * The secret by which the server knows this host again when the response to its enrollment was lost: made here and on the
 * disk before the first try. In a file of its own, since agents of earlier releases refuse an identity with more in it.
 */
export async function hostKey(folder: string): Promise<string> {
  const file = join(folder, 'enrol.key');
  // a key that cannot be read is made again: the host then enrolls as a new one
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (form.test(kept)) return kept;
  await clearPlace(file);
  const made = randomBytes(32).toString('base64url');
  await writeDurably(file, `${made}\n`, 0o600);
  return made;
}
