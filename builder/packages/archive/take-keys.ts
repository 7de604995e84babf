import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { digestFile } from '../../build-host/digest.ts';
import type { Definition } from '../../definition/definition.ts';
import { placeOfValue } from '../../definition/place-of.ts';
import type { AptSource } from './apt-sources.ts';

/** Copies the keys of repositories to where apt may read them, under the ending it goes by. Throws `definition_invalid` for other keys than named. */
export async function takeKeys(
  root: string,
  definition: Definition,
  sources: readonly AptSource[],
): Promise<AptSource[]> {
  const copies = new Map<string, string>();
  for (const repository of definition.repositories) {
    if (repository.kind !== 'url') continue;
    const { key, keySha256 } = repository;
    const { sha256 } = await digestFile(key);
    if (sha256 !== keySha256) {
      const place = placeOfValue(definition, 'key_sha256', keySha256);
      const problem = `${key} has SHA-256 ${sha256}, not key_sha256: check where the key comes from`;
      throw new InterlockError('definition_invalid', { ...place, problem });
    }
    const isText = (await readFile(key, 'latin1')).startsWith('-----BEGIN PGP');
    const copy = join(root, `key-${copies.size}.${isText ? 'asc' : 'gpg'}`);
    await copyFile(key, copy);
    copies.set(key, copy);
  }
  return sources.map((source) => ({
    ...source,
    keyring: copies.get(source.keyring ?? '') ?? source.keyring,
  }));
}
