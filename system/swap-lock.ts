import { InterlockError } from '../protocol/errors.ts';
import { groupOf, type LockValue, lockKey, lockPrefix, parseLockValue } from '../protocol/lock-value.ts';
import { type Change, emptyLock, forceRelease, type Refused } from '../protocol/semaphore.ts';
import type { Etcd, Said } from './etcd.ts';

const maxConflicts = 30;

/** How a change of a group's lock ended. */
export type Swapped = Said & { value: LockValue; refused?: Refused };

/**
 * Changes a group's lock value: read, change, swap, and again when somebody else was faster.
 * Only the swap decides. A change that leaves the value as it is is written all the same: that proves the value
 * read was the last one, and no earlier request of ours can land any more.
 * `guard` may refuse an etcd by what it says about itself before anything is written.
 */
export async function swapLock(
  etcd: Etcd,
  group: string,
  change: (value: LockValue) => Change,
  guard: (said: Said) => void = () => {},
): Promise<Swapped> {
  for (let conflicts = 0; conflicts < maxConflicts; conflicts++) {
    const swapped = await trySwap(etcd, group, change, guard).catch((error) => {
      throw conflicts > 0 ? unknownAfterSwap(error) : error;
    });
    if (swapped) return swapped;
    await etcd.rest(conflicts + 1);
  }
  throw new InterlockError('lock_unknown', { problem: `${maxConflicts} others were faster` });
}

async function trySwap(
  etcd: Etcd,
  group: string,
  change: (value: LockValue) => Change,
  guard: (said: Said) => void,
): Promise<Swapped | undefined> {
  const { found, ...said } = await etcd.read(lockKey(group));
  guard(said);
  const value = found ? parseLockValue(found.text) : emptyLock();
  const changed = change(value);
  if ('refused' in changed) return { ...said, refused: changed, value };
  const { won, ...answer } = await etcd.swap(lockKey(group), found, JSON.stringify(changed.value));
  return won ? { ...answer, value: changed.value } : undefined;
}

/** "Surely not sent" holds for one request only: a swap of this call went out before, and may have arrived twice. */
function unknownAfterSwap(error: unknown): unknown {
  if (!(error instanceof InterlockError) || error.code !== 'unreachable') return error;
  return new InterlockError('lock_unknown', { problem: error.message }, { cause: error });
}

/** Takes a place away from a host, as an operator's last resort. Throws `not_found` when it has none. */
export async function forceOut(
  etcd: Etcd,
  group: string,
  host: string,
): Promise<{ before: LockValue; after: LockValue }> {
  let before = emptyLock();
  const { value: after } = await swapLock(etcd, group, (value) => {
    if (!value.holders.some((holder) => holder.host === host)) {
      throw new InterlockError('not_found', { what: `a place of ${host} in group ${group}` });
    }
    before = value;
    return { value: forceRelease(value, host) };
  });
  return { before, after };
}

/** The groups that ever had a lock, by name. */
export async function listGroups(etcd: Etcd): Promise<string[]> {
  // a range up to the prefix with its last byte raised
  const end = lockPrefix.replace(/\/$/, '0');
  const range = { key: btoa(lockPrefix), range_end: btoa(end), keys_only: true };
  const { kvs = [] } = await etcd.call('kv/range', range);
  return (kvs as { key: string }[]).flatMap(({ key }) => groupOf(atob(key)) ?? []);
}

/** Reads a group's lock for people; decisions are made by `swapLock` only. */
export async function readLock(etcd: Etcd, group: string): Promise<LockValue> {
  const { found } = await etcd.read(lockKey(group));
  return found ? parseLockValue(found.text) : emptyLock();
}
