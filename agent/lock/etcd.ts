import { asInterlockError, type ErrorCode, InterlockError } from '../../protocol/errors.ts';
import { acquire, cancel, release } from '../../protocol/semaphore.ts';
import { type Etcd, type EtcdOptions, openEtcd, type Said } from '../../system/etcd.ts';
import { type Swapped, swapLock } from '../../system/swap-lock.ts';
import type { AcquireAnswer, Hold, LockPort, LockSelf, ReleaseAnswer, WaitReason } from '../ports.ts';
import { checkQuorum } from './quorum.ts';

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
    acquire(attempt, rootHash, self) {
      return withEtcd(attempt, async (etcd) => {
        const { host, boot, nonce, group } = attempt;
        const wanted = { host, boot, nonce, since: now().toISOString(), release: rootHash };
        try {
          if (options.member) await checkQuorum(etcd, options.member);
          const guard = (said: Said) => {
            requireCluster(attempt, said);
            requireProgress(self, said);
          };
          const swapped = await swapLock(etcd, group, (value) => acquire(value, wanted, self.boots), guard);
          return acquiredBy(attempt, swapped);
        } catch (error) {
          return waitOr(error);
        }
      });
    },
    release(hold, rootHash, self, verdict) {
      const held = { host: hold.host, boot: hold.boot, release: rootHash };
      return giveBack(hold, (value) => release(value, held, self, verdict));
    },
    cancel(hold, self) {
      return giveBack(hold, (value) => cancel(value, { host: hold.host, boots: self.boots }));
    },
  };
}

function acquiredBy(attempt: Hold, swapped: Swapped): AcquireAnswer {
  const { clusterId, revision, value } = swapped;
  if (!swapped.refused) return { result: 'held', hold: { ...attempt, clusterId }, revision };
  const { refused, problem } = swapped.refused;
  if (refused === 'same_boot') throw new InterlockError('internal', { problem });
  return { result: 'wait', reason: refused, holders: value.holders, problem };
}

/** A place that somebody else has under this host's id is not this host's to give back: nothing is left to do. */
function releasedBy(swapped: Swapped): ReleaseAnswer {
  if (swapped.refused && swapped.refused.refused !== 'foreign_hold') {
    throw new InterlockError('internal', { problem: swapped.refused.problem });
  }
  return { result: 'released', revision: swapped.revision };
}

/** Surely nothing was changed, and it is worth asking again. */
const waitReasons: Partial<Record<ErrorCode, WaitReason>> = {
  etcd_rewound: 'rewound',
  lock_quorum: 'quorum',
  unreachable: 'unreachable',
};

function waitOr(error: unknown): AcquireAnswer {
  const { code, message } = asInterlockError(error);
  const reason = waitReasons[code];
  return reason ? { result: 'wait', reason, holders: [], problem: message } : unknownOr(error);
}

/** Not reached, timed out, cut off or overloaded: ask again. Anything else is a problem for a person. */
function unknownOr(error: unknown): { result: 'unknown'; problem: string } {
  const { code, message } = asInterlockError(error);
  if (code === 'lock_unknown' || code === 'unreachable') return { result: 'unknown', problem: message };
  throw error;
}

function requireCluster(hold: Hold, { clusterId }: Said): void {
  if (!hold.clusterId || hold.clusterId === clusterId) return;
  throw new InterlockError('etcd_other', { cluster: hold.clusterId, found: clusterId });
}

/** etcd restored from a snapshot may have forgotten holders: revisions never go back otherwise. */
function requireProgress({ seen }: LockSelf, { clusterId, revision }: Said): void {
  const before = seen[clusterId];
  if (before === undefined || BigInt(revision) >= BigInt(before)) return;
  throw new InterlockError('etcd_rewound', { cluster: clusterId, found: revision, seen: before });
}
