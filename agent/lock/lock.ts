import type { ErrorCode } from '../../protocol/errors/error-table.ts';
import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';
import { acquire } from '../../protocol/lock/semaphore.ts';
import type { Etcd, EtcdHeader } from '../../system/etcd/etcd.ts';
import { type Swapped, swapLock } from '../../system/lock/swap-lock.ts';
import type { AcquireAnswer, Hold, LockSelf, WaitReason } from '../ports/lock.ts';
import { checkQuorum } from './quorum.ts';
import { requireCluster, unknownOr } from './trouble.ts';

/**
 * Takes a place in the group, or takes the own one again under the attempt's new nonce: only a swap that names this
 * nonce counts as held. `member`: the etcd member on this host, which first hands over what the others can do without.
 */
export async function lock(
  etcd: Etcd,
  attempt: Hold,
  rootHash: string,
  self: LockSelf & { member: string | undefined; at: Date },
): Promise<AcquireAnswer> {
  const { host, boot, nonce, group } = attempt;
  const wanted = { host, boot, nonce, since: self.at.toISOString(), release: rootHash };
  try {
    if (self.member) await checkQuorum(etcd, self.member);
    const guard = (header: EtcdHeader) => {
      requireCluster(attempt, header);
      requireProgress(self, header);
    };
    const swapped = await swapLock(etcd, group, (value) => acquire(value, wanted, self.boots), guard);
    return acquiredBy(attempt, swapped);
  } catch (error) {
    return waitOr(error);
  }
}

function acquiredBy(attempt: Hold, swapped: Swapped): AcquireAnswer {
  const { clusterId, revision, value } = swapped;
  if (!swapped.refused) return { kind: 'held', hold: { ...attempt, clusterId }, revision };
  const { refused, problem } = swapped.refused;
  if (refused === 'same_boot') throw new InterlockError('internal', { problem });
  const words = refused === 'foreign_hold' ? `${problem}; ${wayOut(attempt)}` : problem;
  return { kind: 'wait', reason: refused, holders: value.holders, problem: words };
}

/** Either another host has this identity, or this one lost its memory: only a person can find out. */
function wayOut({ host, group, endpoints }: Hold): string {
  const command = `interlock lock release ${host} --yes --group ${group} --etcd ${endpoints.join(',')}`;
  return `when no other host has this identity and this one is well: ${command}`;
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
  return reason ? { kind: 'wait', reason, holders: [], problem: message } : unknownOr(error);
}

/** etcd restored from a snapshot may have forgotten holders: revisions never go back otherwise. */
function requireProgress({ seen }: LockSelf, { clusterId, revision }: EtcdHeader): void {
  const before = seen[clusterId];
  if (before === undefined || BigInt(revision) >= BigInt(before)) return;
  throw new InterlockError('etcd_rewound', { cluster: clusterId, found: revision, seen: before });
}
