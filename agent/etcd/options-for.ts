import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { EtcdUser } from '../../protocol/etcd/roles.ts';
import type { EtcdOptions } from '../../system/etcd/etcd.ts';
import { configuredEtcd } from '../config/etcd-options.ts';
import type { Settings } from '../config/settings.ts';
import { hostEtcdOptions } from './open-etcd.ts';

/**
 * The etcd that the lock is in, as one of its other users; an etcd that was set up by hand is asked as the lock asks it. Throws
 * `etcd_forming`, or `config_invalid` when no etcd is configured.
 */
export async function etcdOptionsFor(
  root: string,
  { lock, etcd, sources }: Pick<Settings, 'lock' | 'etcd' | 'sources'>,
  user: EtcdUser,
): Promise<EtcdOptions> {
  if (etcd && !lock?.endpoints) return hostEtcdOptions(root, user);
  if (lock?.kind !== 'etcd' || !lock.endpoints) {
    const file = sources.at(-1) ?? 'agent.d';
    throw new InterlockError('config_invalid', {
      file,
      problem: 'no etcd is configured: [lock] kind and endpoints, or [etcd]',
    });
  }
  return configuredEtcd(lock);
}
