import { existsSync, lstatSync, mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Keeps what Node makes of the sources in `$XDG_CACHE_HOME/interlock/compiled`, which halves the time a command takes to start. A folder
 * that others could write is not used, for what lies in it is run; without a usable one nothing is kept.
 */
export function keepCompiled(env: NodeJS.ProcessEnv): void {
  const caches = env.XDG_CACHE_HOME || (env.HOME && join(env.HOME, '.cache'));
  if (!caches?.startsWith('/') || env.NODE_COMPILE_CACHE || !existsSync(dirname(caches))) return;
  const folder = join(caches, 'interlock/compiled');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(folder);
    if (uid === process.geteuid?.() && (mode & 0o022) === 0) enableCompileCache(folder);
  } catch {
    // a home that cannot be written to is none of this command's business
  }
}
