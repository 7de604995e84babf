import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { LockValue } from '../../protocol/lock/lock-value.ts';
import { type Change, cancel, release } from '../../protocol/lock/semaphore.ts';
import { type Etcd, type EtcdHeader, type EtcdOptions, openEtcd } from '../../system/etcd/etcd.ts';
import { Roster } from '../../system/etcd/roster.ts';
import { type Swapped, swapLock } from '../../system/lock/swap-lock.ts';
import type { Hold, LockPort, LockSelf, ReleaseAnswer } from '../ports/lock.ts';
import { findStanding } from './find-standing.ts';
import { lock } from './lock.ts';
import { requireCluster, unknownOr } from './trouble.ts';

/** How to reach the etcd that holds the lock. */
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
  const rosters = new Map<string, Roster>();
  const withEtcd = async <T>(
    hold: Pick<Hold, 'endpoints' | 'clusterId'>,
    self: Pick<LockSelf, 'seen'>,
    use: (etcd: Etcd) => Promise<T>,
  ): Promise<T> => {
    // a cluster that is recognised by its id may be asked at its new addresses too
    const moved = hold.clusterId ? options.endpoints : [];
    const endpoints = [...new Set([...hold.endpoints, ...moved])];
    const roster = rosters.get(endpoints.join()) ?? new Roster();
    rosters.set(endpoints.join(), roster);
    const cluster = hold.clusterId;
    const etcd = open({ ...options, endpoints, cluster, seen: Object.keys(self.seen), roster });
    try {
      return await use(etcd);
    } finally {
      etcd.close();
    }
  };

  const giveBack = (
    hold: Hold,
    self: LockSelf,
    change: (value: LockValue) => Change,
  ): Promise<ReleaseAnswer> =>
    withEtcd(hold, self, async (etcd) => {
      const same = (header: EtcdHeader) => requireCluster(hold, header);
      try {
        const swapped = await swapLock(etcd, hold.group, (value) => leaveForeign(value, change(value)), same);
        return releasedBy(swapped);
      } catch (error) {
        return unknownOr(error);
      }
    });

  return {
    standing: (place) =>
      withEtcd({ ...place, clusterId: '' }, { seen: {} }, (etcd) => findStanding(etcd, place)),
    acquire: (attempt, rootHash, self) =>
      withEtcd(attempt, self, (etcd) =>
        lock(etcd, attempt, rootHash, { ...self, member: options.member, at: now() }),
      ),
    release(hold, rootHash, self, verdict) {
      const held = { host: hold.host, boot: hold.boot, release: rootHash };
      return giveBack(hold, self, (value) => release(value, held, self, verdict));
    },
    cancel(hold, self) {
      return giveBack(hold, self, (value) => cancel(value, { host: hold.host, boots: self.boots }));
    },
  };
}

/**
 * A place that somebody else has under this host's id is not this host's to give back. The value is written as it
 * is: only that proves that nothing this host sent before can still take a place.
 */
function leaveForeign(value: LockValue, changed: Change): Change {
  return 'refused' in changed && changed.refused === 'foreign_hold' ? { value } : changed;
}

function releasedBy(swapped: Swapped): ReleaseAnswer {
  if (swapped.refused) {
    throw new InterlockError('internal', { problem: swapped.refused.problem });
  }
  return { kind: 'released', revision: swapped.revision };
}
