import { createHash } from 'node:crypto';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { configuredEtcd } from '../config/etcd-options.ts';
import { hostLockOptions } from '../etcd/lock-options.ts';
import type { EtcdLockOptions } from '../lock/etcd.ts';
import { openLock } from '../lock/open-lock.ts';
import type { ClockPort } from '../ports/clock.ts';
import type { LockPort, Place } from '../ports/lock.ts';
import type { Context } from './context.ts';

/** Opens the lock; certificates for etcd are read when they are needed, so that a missing one stops nothing else. */
export function openLockPort(context: Context, clock: ClockPort): LockPort {
  return openLock(
    () => placeOf(context),
    () => etcdOptions(context),
    () => clock.now(),
  );
}

/** The place that today's configuration names; null when it names no lock. */
function placeOf({ settings, problem, identity, machineId, endpoints }: Context): Place | null {
  const { lock, etcd, group } = settings;
  if (problem) throw problem;
  if (!lock) return null;
  if (lock.kind === 'etcd' && !lock.endpoints && etcd && !endpoints)
    throw new InterlockError('etcd_forming', { problem: 'it has not met its members' });
  return {
    kind: lock.kind,
    endpoints: lock.endpoints ?? endpoints ?? [],
    group,
    host: identity?.hostId ?? hostIdOf(machineId),
  };
}

/** A host that never enrolled still needs a name in the lock; the machine id itself is not shown around. */
function hostIdOf(machineId: string): string {
  return createHash('sha256').update(`interlock lock ${machineId}`).digest('hex').slice(0, 32);
}

async function etcdOptions({ settings: { lock, etcd }, paths }: Context): Promise<EtcdLockOptions> {
  // without endpoints in the settings, the etcd that this host is in itself
  if (etcd && !lock?.endpoints) return hostLockOptions(paths.root);
  if (!lock) return { endpoints: [] };
  return { ...(await configuredEtcd(lock)), ...(lock.member ? { member: lock.member } : {}) };
}
