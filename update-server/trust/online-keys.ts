import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onlineRoles } from '../../protocol/documents/trust.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** The only private keys a server has; stealing them can withhold updates and nothing else. */
export type OnlineKeys = Record<(typeof onlineRoles)[number], KeyObject>;

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
