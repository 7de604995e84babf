import type { Inputs } from '../documents/host-inputs.ts';

/** What settings of the lock lack of each other: the key to look at, and the problem in words. A host of an etcd knows its endpoints. */
export function lockContradiction({
  lock,
  etcd,
}: Pick<Inputs, 'lock' | 'etcd'>): [key: 'lock', problem: string] | null {
  if (!lock || Object.keys(lock).length === 0 || lock.kind === 'none') return null;
  if (!lock.kind) return ['lock', 'lock.kind is missing'];
  if (!lock.endpoints && !etcd) return ['lock', 'lock.endpoints is missing'];
  if (Boolean(lock.cert) !== Boolean(lock.key)) return ['lock', 'lock.cert and lock.key go together'];
  if (Boolean(lock.username) !== Boolean(lock.password))
    return ['lock', 'lock.username and lock.password go together'];
  return null;
}
