import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type LockValue, lockKey } from '../../protocol/lock/lock-value.ts';
import { type Change, forceRelease, type Refused } from '../../protocol/lock/semaphore.ts';
import type { Etcd, EtcdHeader } from '../etcd/etcd.ts';
import { lockOf } from './read-lock.ts';
import { type SwapResult, swapValue } from './swap-value.ts';

export { isUnknown } from './swap-value.ts';

/** How a change of a group's lock ended. */
export type Swapped = SwapResult<LockValue, Refused>;

/** Changes a group's lock value by swaps alone; `guard` may refuse an etcd before anything is written. */
export function swapLock(
  etcd: Etcd,
  group: string,
  change: (value: LockValue) => Change,
  guard?: (header: EtcdHeader) => void,
): Promise<Swapped> {
  return swapValue(etcd, { key: lockKey(group), read: (found) => lockOf(found, group), guard }, change);
}

/** Takes a place away from a host, as an operator's last resort; `find` says which holder is meant. Throws `not_found`. */
export async function forceOut(
  etcd: Etcd,
  group: string,
  text: string,
  find: (hosts: readonly string[]) => string | undefined = (hosts) => hosts.find((host) => host === text),
): Promise<{ host: string; before: LockValue; after: LockValue }> {
  let taken: { host: string; before: LockValue } | undefined;
  const { value: after } = await swapLock(etcd, group, (value) => {
    const host = find(value.holders.map((holder) => holder.host));
    if (host !== undefined) taken = { host, before: value };
    // gone since this call tried: its own swap may have been applied, and this one says so
    if (!taken) throw new InterlockError('not_found', { what: `a place of ${text} in group ${group}` });
    return { value: forceRelease(value, taken.host) };
  });
  return { ...taken!, after };
}
