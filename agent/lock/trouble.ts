import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { EtcdHeader } from '../../system/etcd/etcd.ts';
import { isUnknown } from '../../system/lock/swap-lock.ts';
import type { Hold } from '../ports/lock.ts';

/** Not reached, timed out, cut off, overloaded or full: ask again. Anything else is a problem for a person. */
export function unknownOr(error: unknown): { kind: 'unknown'; problem: string } {
  const known = asInterlockError(error);
  const { code, message } = known;
  if (isUnknown(known) || code === 'unreachable') return { kind: 'unknown', problem: message };
  throw error;
}

/** Throws `etcd_other` when another cluster answers than the one a place was taken in. */
export function requireCluster(hold: Hold, { clusterId }: EtcdHeader): void {
  if (!hold.clusterId || hold.clusterId === clusterId) return;
  throw new InterlockError('etcd_other', { url: 'etcd', cluster: hold.clusterId, found: clusterId });
}
