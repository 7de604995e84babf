import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Paths } from '../config/paths.ts';

/** What people call this host; file-backed ones share one kernel, so theirs is in their own `/etc/hostname`. */
export async function readHostname({ root }: Paths): Promise<string> {
  if (root === '/') return hostname();
  // the file is optional
  const text = await readFile(join(root, 'etc/hostname'), 'utf8').catch(() => '');
  return text.trim() || hostname();
}
