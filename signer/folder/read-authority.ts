import { readFile } from 'node:fs/promises';
import { Type } from 'typebox';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { parseJson } from '../../protocol/schema/schema.ts';
import type { Authority } from '../../system/x509/issue-for-key.ts';
import { authorityPaths } from './paths.ts';

/** What the signer signs with, and what it gives to hosts. */
export interface EtcdAuthority {
  clients: Authority;
  peers: Authority;
  /** Passwords of etcd's users, by name. */
  users: Record<string, string>;
}

/** Reads the folder that `interlock keys etcd` made. Throws `not_found` with the file that is missing. */
export async function readAuthority(dir: string): Promise<EtcdAuthority> {
  const paths = authorityPaths(dir);
  const read = (file: string) =>
    readFile(file, 'utf8').catch((cause) => {
      throw new InterlockError('not_found', { what: file }, { cause });
    });
  return {
    clients: { key: await read(paths.key), certificate: await read(paths.certificate) },
    peers: { key: await read(paths.peerKey), certificate: await read(paths.peerCertificate) },
    users: parseJson(Type.Record(Type.String(), Type.String()), await read(paths.users), paths.users),
  };
}
