import { chmod, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Modes of what other users of the machine must neither read nor lock: flock(2) needs no more than to open a file. */
export const privateFile = 0o600;
/** The same for a folder. */
export const privateFolder = 0o700;

/** Takes everybody else's rights from what older versions or another umask left open; what is missing stays so. */
export async function tighten(path: string): Promise<void> {
  // what is missing needs no rights taken
  const found = await stat(path).catch(() => null);
  if (!found || (found.mode & 0o077) === 0) return;
  await chmod(path, found.isDirectory() ? privateFolder : found.mode & 0o700).catch(ignoreReadOnly);
}

/** The same for a folder and everything in it. Links are not followed. */
export async function tightenTree(folder: string): Promise<void> {
  await tighten(folder);
  // a folder that is missing, or that this user may not read, holds nothing to tighten
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory()) await tightenTree(join(folder, entry.name));
    else if (entry.isFile()) await tighten(join(folder, entry.name));
  }
}

/** Creates a file for flock(1), which by itself would create one that any user can lock. */
export async function makeLockFile(path: string): Promise<void> {
  await (await open(path, 'a', privateFile)).close();
  await tighten(path);
}

/** Whoever only looks on a disk that cannot be written must not fail at this. */
function ignoreReadOnly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EROFS' && error.code !== 'EPERM') throw error;
}
