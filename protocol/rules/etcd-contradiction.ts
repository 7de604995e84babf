import type { Inputs } from '../documents/host-inputs.ts';

/** What a host needs to get into an etcd and was not told: the key to look at, and the problem in words. */
export function etcdContradiction({ etcd }: Pick<Inputs, 'etcd'>): [key: 'etcd', problem: string] | null {
  if (!etcd || Object.keys(etcd).length === 0) return null;
  const needed = ['mode', 'authority', 'signer', 'join', ...(etcd.mode === 'client' ? [] : ['discovery'])];
  const missing = needed.filter((key) => !Object.hasOwn(etcd, key));
  return missing.length > 0 ? ['etcd', `etcd has no ${missing.join(' and no ')}`] : null;
}
