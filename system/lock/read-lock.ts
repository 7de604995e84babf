import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type LockValue, lockKey, parseLockValue } from '../../protocol/lock/lock-value.ts';
import { emptyLock } from '../../protocol/lock/semaphore.ts';
import type { Etcd, Stored } from '../etcd/etcd.ts';

/** Reads a group's lock for people; decisions are made by `swapLock` only. */
export async function readLock(etcd: Etcd, group: string): Promise<LockValue> {
  const { found } = await etcd.read(lockKey(group));
  return lockOf(found, group);
}

/** The value of a group's key. Throws `lock_damaged`, which names both. */
export function lockOf(found: Stored | null, group: string): LockValue {
  if (!found) return emptyLock();
  const damaged = (problem: string) =>
    new InterlockError('lock_damaged', { group, key: lockKey(group), problem });
  if (found.base64 !== undefined) throw damaged('it is not UTF-8');
  try {
    return parseLockValue(found.text);
  } catch (error) {
    throw damaged(String((error as InterlockError).details?.problem ?? (error as Error).message));
  }
}
