import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { hourMs } from '../../protocol/time/durations.ts';

/** The builder's cache folder: `INTERLOCK_CACHE`, or the XDG place of this user. */
function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env.INTERLOCK_CACHE) return env.INTERLOCK_CACHE;
  return join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'interlock');
}

/** A folder of the cache, made when it is not there. */
export async function cacheFolder(kind: 'packages' | 'trees' | 'frames' | 'node'): Promise<string> {
  const folder = join(cacheDir(), kind);
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Builds that run side by side still read what the others kept. */
const youngMs = hourMs;

/** Removes all but the `keep` files or folders of a folder that were used last, and those used within the hour. */
export async function pruneFolder(folder: string, keep: number): Promise<void> {
  const names = await readdir(folder);
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      // removed by another build meanwhile
      const found = await stat(path).catch(() => undefined);
      return { path, used: found?.mtimeMs ?? 0 };
    }),
  );
  const young = Date.now() - youngMs;
  const old = files.toSorted((a, b) => b.used - a.used).slice(keep);
  for (const { path, used } of old) if (used < young) await discard(path);
}

/** Marks something of the cache as just used; a cache that may only be read needs no marks. */
export async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(unlessReadOnly);
}

/** Takes something out of the cache, where that may be written. */
export async function discard(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(unlessReadOnly);
}

/** Ignores that a cache is read-only for this user. */
export function unlessReadOnly(error: NodeJS.ErrnoException): void {
  if (!['EROFS', 'EACCES', 'EPERM', 'ENOENT'].includes(error.code ?? '')) throw error;
}
