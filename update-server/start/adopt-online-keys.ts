import { createPrivateKey, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onlineRoles } from '../../protocol/documents/trust.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { syncFolder, writeDurably } from '../../system/files/durable.ts';
import type { OnlineKeys } from '../domain/tuf/online-keys.ts';

/**
 * Loads the server's own copy of the online keys; keys given in `from` are checked and copied there first,
 * so that the folder they came from can go away. Nothing when none were ever given. Throws `keys_missing`.
 */
export async function adoptOnlineKeys(
  dataDir: string,
  from: string | undefined,
): Promise<OnlineKeys | undefined> {
  const own = join(dataDir, 'online');
  if (from !== undefined) {
    await loadOnlineKeys(from);
    await mkdir(own, { recursive: true, mode: 0o700 });
    for (const role of onlineRoles) {
      const file = `${role}.pem`;
      await writeDurably(join(own, file), await readFile(join(from, file)), 0o600);
    }
    await syncFolder(dataDir);
  }
  return existsSync(own) ? loadOnlineKeys(own) : undefined;
}

/** Reads `snapshot.pem` and `timestamp.pem` of `--online-keys`; throws `keys_missing`. */
export async function loadOnlineKeys(dir: string): Promise<OnlineKeys> {
  const [snapshot, timestamp] = await Promise.all(onlineRoles.map((role) => loadKey(dir, role)));
  return { snapshot: snapshot!, timestamp: timestamp! };
}

async function loadKey(dir: string, role: string): Promise<KeyObject> {
  try {
    return createPrivateKey(await readFile(join(dir, `${role}.pem`)));
  } catch (cause) {
    throw new InterlockError('keys_missing', { dir, role }, { cause });
  }
}
