import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type LockValue, lockKey } from '../../protocol/lock/lock-value.ts';
import { type Change, forceRelease, type Refused } from '../../protocol/lock/semaphore.ts';
import type { Etcd, EtcdHeader } from '../etcd/etcd.ts';
import { lockOf } from './read-lock.ts';

const maxConflicts = 30;
/** How often a call continues after a swap that failed on its way. */
const maxFailures = 3;

/** How a change of a group's lock ended. */
export type Swapped = EtcdHeader & { value: LockValue; refused?: Refused };

/** What this call has sent so far: `open` may still be applied, however long it takes. */
type Sent = 'nothing' | 'lost' | 'open';

/**
 * Changes a group's lock value: read, change, swap, and again when somebody else was faster or nobody knows.
 * Only a swap decides. A change that leaves the value as it is is written all the same: that proves the value
 * read was the last one, and no earlier request of ours can land any more. For the same reason a refusal is
 * written too while a swap of this call may be under way: a read that does not show it proves nothing.
 * `guard` may refuse an etcd by what it says about itself before anything is written.
 */
export async function swapLock(
  etcd: Etcd,
  group: string,
  change: (value: LockValue) => Change,
  guard: (header: EtcdHeader) => void = () => {},
): Promise<Swapped> {
  let sent: Sent = 'nothing';
  for (let conflicts = 0, failures = 0; conflicts < maxConflicts; ) {
    const { found, ...header } = await readFor(etcd, group, guard).catch((error) => {
      throw sent === 'nothing' ? error : unknownAfterSwap(error);
    });
    const value = valueOrThrow(() => lockOf(found, group), sent !== 'nothing');
    const changed = valueOrThrow(() => change(value), sent === 'open');
    const refused = 'refused' in changed ? changed : undefined;
    if (refused && sent !== 'open') return { ...header, refused, value };
    const next = 'refused' in changed ? value : changed.value;
    try {
      const { won, ...answer } = await etcd.swap(lockKey(group), found, JSON.stringify(next));
      if (won) return { ...answer, value: next, ...(refused ? { refused } : {}) };
      if (sent !== 'open') sent = 'lost';
      await etcd.rest(++conflicts);
    } catch (error) {
      const { code } = error as InterlockError;
      if (code === 'lock_unknown') sent = 'open';
      const goesOn = (code === 'lock_unknown' || code === 'unreachable') && ++failures < maxFailures;
      if (!goesOn) throw sent === 'nothing' ? error : unknownAfterSwap(error);
    }
  }
  throw new InterlockError('lock_unknown', { problem: `${maxConflicts} others were faster` });
}

async function readFor(etcd: Etcd, group: string, guard: (header: EtcdHeader) => void) {
  const answer = await etcd.read(lockKey(group));
  guard(answer);
  return answer;
}

function valueOrThrow<T>(work: () => T, isUnknown: boolean): T {
  try {
    return work();
  } catch (error) {
    throw isUnknown ? unknownAfterSwap(error) : error;
  }
}

/** "Nothing was changed" holds for one request only: a swap of this call went out before, and may have arrived twice. */
function unknownAfterSwap(error: unknown): unknown {
  if (!(error instanceof InterlockError) || isUnknown(error)) return error;
  return new InterlockError('lock_unknown', { problem: error.message }, { cause: error });
}

/** True for what leaves open whether a swap was applied: only another swap tells. */
export function isUnknown({ code }: InterlockError): boolean {
  return code === 'lock_unknown' || code === 'etcd_no_space';
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
