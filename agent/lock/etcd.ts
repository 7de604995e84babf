import { InterlockError } from '../../protocol/errors.ts';
import { cancel, release } from '../../protocol/semaphore.ts';
import { type Etcd, type EtcdOptions, openEtcd, type Said } from '../../system/etcd.ts';
import { type Swapped, swapLock } from '../../system/swap-lock.ts';
import type { Hold, LockPort, ReleaseAnswer } from '../ports.ts';
import { lock } from './lock.ts';
import { requireCluster, unknownOr } from './trouble.ts';

export interface EtcdLockOptions extends EtcdOptions {
  /** Name of the etcd member on this host, when there is one. */
  member?: string;
}

/** The lock in etcd. What may have been applied and is not known for sure is `unknown`, never a failure. `open`: any store that swaps. */
export function openEtcdLock(
  options: EtcdLockOptions,
  now: () => Date,
  open: (options: EtcdOptions) => Etcd = openEtcd,
): Omit<LockPort, 'place'> {
  const withEtcd = async <T>(hold: Hold, use: (etcd: Etcd) => Promise<T>): Promise<T> => {
    // a cluster that is recognised by its id may be asked at its new addresses too
    const moved = hold.clusterId ? options.endpoints : [];
    const etcd = open({ ...options, endpoints: [...new Set([...hold.endpoints, ...moved])] });
    try {
      return await use(etcd);
    } finally {
      etcd.close();
    }
  };

  const giveBack = (hold: Hold, change: Parameters<typeof swapLock>[2]): Promise<ReleaseAnswer> =>
    withEtcd(hold, async (etcd) => {
      const same = (said: Said) => requireCluster(hold, said);
      try {
        return releasedBy(await swapLock(etcd, hold.group, change, same));
      } catch (error) {
        return unknownOr(error);
      }
    });

  return {
    acquire: (attempt, rootHash, self) =>
      withEtcd(attempt, (etcd) =>
        lock(etcd, attempt, rootHash, { ...self, member: options.member, at: now() }),
      ),
    release(hold, rootHash, self, verdict) {
      const held = { host: hold.host, boot: hold.boot, release: rootHash };
      return giveBack(hold, (value) => release(value, held, self, verdict));
    },
    cancel(hold, self) {
      return giveBack(hold, (value) => cancel(value, { host: hold.host, boots: self.boots }));
    },
  };
}

/** A place that somebody else has under this host's id is not this host's to give back: nothing is left to do. */
function releasedBy(swapped: Swapped): ReleaseAnswer {
  if (swapped.refused && swapped.refused.refused !== 'foreign_hold') {
    throw new InterlockError('internal', { problem: swapped.refused.problem });
  }
  return { result: 'released', revision: swapped.revision };
}
