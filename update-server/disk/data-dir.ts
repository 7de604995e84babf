import { chmodSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a file server’s group may do where an operator allowed it: read the blobs, and pass through the folders above them. */
const groups: Record<string, number> = { online: 0, uploads: 0, blobs: 0o050 };
const passing = 0o010;
/** Folders of all users, which no server may close to them. */
const shared = ['/', '/tmp', '/var/tmp', '/dev/shm'];

/**
 * Makes the data folder, or takes rights from other users that an earlier start, a careless `mkdir` or a unit file gave them. What
 * cannot be taken is logged.
 */
export function prepareDataDir(dataDir: string, log: (problem: string) => void): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const entries = readdirSync(dataDir, { withFileTypes: true });
  const strange = entries.filter(
    (entry) => entry.isDirectory() && !(entry.name in groups) && entry.name !== 'lost+found',
  );
  if (shared.includes(realpathSync(dataDir)) || strange.length > 0) {
    if (statSync(dataDir).mode & 0o077)
      log(
        `${dataDir} is open to other users, and holds other things: give the server a folder of its own (chmod 700)`,
      );
  } else narrow(dataDir, passing, log);
  for (const entry of entries) {
    const path = join(dataDir, entry.name);
    if ((entry.isFile() || entry.isDirectory()) && isOurs(entry.name))
      narrow(path, groups[entry.name] ?? 0, log);
  }
  for (const name of ['online', 'uploads']) narrowFiles(join(dataDir, name), log);
}

function isOurs(name: string): boolean {
  return name in groups || /^(interlock\.db|serve\.|reserve$|admin-token$)/.test(name);
}

function narrowFiles(folder: string, log: (problem: string) => void): void {
  for (const entry of readdirIfThere(folder)) {
    if (entry.isFile()) narrow(join(folder, entry.name), 0, log);
  }
}

function readdirIfThere(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // not made yet, or no folder: there is nothing to narrow
    return [];
  }
}

function narrow(path: string, group: number, log: (problem: string) => void): void {
  const mode = statSync(path).mode & 0o7777;
  const others = mode & 0o077;
  if (others === 0 || others === group) return;
  try {
    chmodSync(path, mode & 0o700);
  } catch (error) {
    log(`${path} is open to other users: ${(error as Error).message}`);
  }
}
