import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Signer } from './signed-data.ts';

/** The keys folder's Secure Boot key, or nothing when it lives elsewhere. */
export async function findSigner(keysDir: string): Promise<Signer | undefined> {
  const read = (name: string) =>
    readFile(join(keysDir, 'x509', name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
  const [key, certificate] = [await read('db.key'), await read('db.crt')];
  return key && certificate ? { key, certificate } : undefined;
}
