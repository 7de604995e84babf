import { clientUrl } from '../../protocol/etcd/member-urls.ts';
import type { EtcdLockOptions } from '../lock/etcd.ts';
import { readHostEtcd } from './host-etcd.ts';
import { hostEtcdOptions } from './open-etcd.ts';

/** Client URLs of the etcd that this host is in; null until it is formed. */
export async function endpointsOf(root: string): Promise<string[] | null> {
  const state = await readHostEtcd(root);
  return state?.ready ? state.members.map(clientUrl) : null;
}

/** How the lock reaches the etcd that this host is in; a member's name keeps the quorum before a reboot. */
export async function hostLockOptions(root: string): Promise<EtcdLockOptions> {
  const options = await hostEtcdOptions(root, 'lock');
  const state = await readHostEtcd(root);
  return { ...options, ...(state?.mode === 'member' ? { member: state.name } : {}) };
}
