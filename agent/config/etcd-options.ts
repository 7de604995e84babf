import type { EtcdOptions } from '../../system/etcd/etcd.ts';
import { readPem } from './read-pem.ts';
import type { Settings } from './settings.ts';

/** How to reach and log in to the etcd that `[lock]` names, for the lock and for everybody else who asks it. Throws `config_invalid`. */
export async function configuredEtcd(lock: NonNullable<Settings['lock']>): Promise<EtcdOptions> {
  const { endpoints = [], ca, cert, key, username, password } = lock;
  return {
    endpoints,
    ...(ca ? { ca: await readPem(ca, 'certificate') } : {}),
    ...(cert ? { cert: await readPem(cert, 'certificate') } : {}),
    ...(key ? { key: await readPem(key, 'key') } : {}),
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
  };
}
