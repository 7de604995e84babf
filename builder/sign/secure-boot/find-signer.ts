import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { ifAbsent } from '../../../system/files/read-error.ts';
import type { EnrollmentKeys } from './enroll.ts';
import type { Signer } from './signed-data.ts';

/** The keys folder's Secure Boot key (or another of its X.509 keys), or nothing when it lives elsewhere. */
export async function findSigner(keysDir: string, name = 'db'): Promise<Signer | undefined> {
  const [key, certificate] = [await read(keysDir, `${name}.key`), await read(keysDir, `${name}.crt`)];
  return key && certificate ? { key, certificate } : undefined;
}

/** The same, where it must be there. Throws `keys_missing`. */
export async function requireSigner(keysDir: string, name = 'db'): Promise<Signer> {
  const found = await findSigner(keysDir, name);
  if (!found) throw new InterlockError('keys_missing', { dir: keysDir, role: `x509/${name}` });
  return found;
}

/**
 * What a machine's firmware is to trust: `db.crt`, and the certificates in `x509/db.d`, as those that signed the
 * programs on a board's own cards. Throws `keys_missing`.
 */
export async function readEnrollmentKeys(keysDir: string): Promise<EnrollmentKeys> {
  const [pk, kek] = [await requireSigner(keysDir, 'PK'), await requireSigner(keysDir, 'KEK')];
  const own = await read(keysDir, 'db.crt');
  if (!own) throw new InterlockError('keys_missing', { dir: keysDir, role: 'x509/db' });
  const folder = join(keysDir, 'x509/db.d');
  const others = await readdir(folder).catch(ifAbsent<string[]>(folder, []));
  const more = await Promise.all(others.sort().map((name) => readFile(join(folder, name))));
  return { pk, kek, db: [own, ...more] };
}

async function read(keysDir: string, name: string): Promise<string | undefined> {
  const file = join(keysDir, 'x509', name);
  return readFile(file, 'utf8').catch(ifAbsent(file, undefined));
}
