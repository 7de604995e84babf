import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from 'typebox';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { EtcdUser } from '../../protocol/etcd/roles.ts';
import { parseJson } from '../../protocol/schema/schema.ts';
import type { EtcdOptions } from '../../system/etcd/etcd.ts';
import type { Paths } from './paths.ts';
import { readPem } from './read-pem.ts';
import type { Settings } from './settings.ts';

/** Passwords of etcd’s users, as far as this host has them, as JSON by name. */
const passwordsFile = 'var/lib/interlock/etcd/users.json';

/**
 * The lock’s etcd for another user than the lock’s, the first of `users` whose password this host has; without any, as the
 * lock asks it. Throws `config_invalid` when no etcd is configured.
 */
export async function etcdOptionsFor(
  { root }: Pick<Paths, 'root'>,
  { lock, sources }: Settings,
  users: readonly EtcdUser[],
): Promise<EtcdOptions> {
  if (lock?.kind !== 'etcd') {
    const file = sources.at(-1) ?? 'agent.d';
    throw new InterlockError('config_invalid', {
      file,
      problem: 'no etcd is configured: [lock] kind and endpoints',
    });
  }
  const { endpoints, ca, cert, key } = lock;
  const passwords = await readPasswords(join(root, passwordsFile));
  const username = users.find((user) => passwords[user] !== undefined);
  const login = username
    ? { username, password: passwords[username]! }
    : {
        ...(lock.username ? { username: lock.username } : {}),
        ...(lock.password ? { password: lock.password } : {}),
      };
  return {
    endpoints,
    ...(ca ? { ca: await readPem(ca, 'certificate') } : {}),
    ...(cert ? { cert: await readPem(cert, 'certificate') } : {}),
    ...(key ? { key: await readPem(key, 'key') } : {}),
    ...login,
  };
}

async function readPasswords(file: string): Promise<Record<string, string>> {
  try {
    return parseJson(Type.Record(Type.String(), Type.String()), await readFile(file), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
