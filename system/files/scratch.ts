import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { dayMs } from '../../protocol/time/durations.ts';
import { isRunning, processTag } from '../process/process-tag.ts';
import { onStop } from '../process/stop.ts';

/** Whose maker cannot be known is given up after a day. */
const strangersAgeMs = dayMs;

/**
 * Makes a folder for the length of some work. It goes away with the work, with a signal that ends the process, and, should
 * the process be killed, when the next folder of this prefix is made. `prefix` is a path up to the folder's own ending.
 */
export async function withScratch<T>(prefix: string, work: (folder: string) => Promise<T>): Promise<T> {
  await sweep(prefix);
  const folder = await mkdtemp(`${prefix}.tmp-${processTag()}-`);
  const forget = onStop(() => removeTree(folder));
  try {
    return await work(folder);
  } finally {
    removeTree(folder);
    forget();
  }
}

/** The prefix of this program's folders for work in `TMPDIR`. */
export function temporaryPrefix(): string {
  return join(tmpdir(), 'interlock');
}

/** Removes what killed processes left under a prefix. */
async function sweep(prefix: string): Promise<void> {
  const [folder, start] = [dirname(prefix), `${basename(prefix)}.tmp-`];
  for (const name of await readdir(folder)) {
    const tag = name.startsWith(start) && /^([0-9a-f.]+)-\w+$/.exec(name.slice(start.length))?.[1];
    if (tag && (await isAbandoned(join(folder, name), tag))) removeTree(join(folder, name));
  }
}

async function isAbandoned(path: string, tag: string): Promise<boolean> {
  const running = isRunning(tag);
  if (running !== undefined) return !running;
  // gone meanwhile: its maker removed it
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > strangersAgeMs;
}

/** What was made in a user namespace belongs to numbers that only root of such a namespace may remove. */
function removeTree(path: string): void {
  try {
    // what was just killed may still write its last file
    rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    execFileSync('unshare', ['--user', '--map-root-user', '--map-auto', 'rm', '-rf', path], {
      stdio: 'ignore',
    });
  }
}
