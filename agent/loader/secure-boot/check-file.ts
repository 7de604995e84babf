import { verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { readDb } from './read-db.ts';

/**
 * Sees to it that a file's detached signature (`.sig` beside it, RSA PKCS #1 v1.5 over its SHA-256) is by a key that
 * this host's firmware starts programs by. `efivars` is an efivarfs. Throws `not_found`, `config_invalid`.
 */
export async function checkFile(file: string, efivars: string): Promise<void> {
  const [content, signature] = [await read(file), await read(`${file}.sig`)];
  const db = await readDb(efivars);
  const refuse = (problem: string) => new InterlockError('config_invalid', { file, problem });
  if (!db) throw refuse('Secure Boot is off, so no key can be trusted');
  const isBy = db.some(({ publicKey }) => {
    return publicKey.asymmetricKeyType === 'rsa' && verify('sha256', content, publicKey, signature);
  });
  if (!isBy) throw refuse('is not signed by a key of this firmware');
}

async function read(file: string): Promise<Buffer> {
  return readFile(file).catch((cause) => {
    throw new InterlockError('not_found', { what: file }, { cause });
  });
}
