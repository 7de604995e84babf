import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Etcd, EtcdHeader, Stored } from '../etcd/etcd.ts';

const maxConflicts = 30;
/** How often a call continues after a swap that failed on its way. */
const maxFailures = 3;

/** A value under one key, and how it is read; `null` is a key that is not there. */
export interface SwapPlace<Value> {
  key: string;
  read(found: Stored | null): Value;
  /** May refuse an etcd by what it says about itself before anything is written. */
  guard?: ((header: EtcdHeader) => void) | undefined;
}

/** How a change ended. */
export type SwapResult<Value, Refused> = EtcdHeader & { value: Value; refused?: Refused };

/** What this call has sent so far: `open` may still be applied, however long it takes. */
type Sent = 'nothing' | 'lost' | 'open';

/**
 * Changes a value: read, change, swap, and again when somebody else was faster or nobody knows.
 * Only a swap decides. A change that leaves the value as it is is written all the same: that proves the value
 * read was the last one, and no earlier request of ours can land any more. For the same reason a refusal is
 * written too while a swap of this call may be under way: a read that does not show it proves nothing.
 */
export async function swapValue<Value, Refused extends { refused: string }>(
  etcd: Etcd,
  { key, read, guard = () => {} }: SwapPlace<Value>,
  change: (value: Value) => { value: Value } | Refused,
): Promise<SwapResult<Value, Refused>> {
  let sent: Sent = 'nothing';
  for (let conflicts = 0, failures = 0; conflicts < maxConflicts; ) {
    const { found, ...header } = await readFor(etcd, key, guard).catch((error) => {
      throw sent === 'nothing' ? error : unknownAfterSwap(error);
    });
    const value = valueOrThrow(() => read(found), sent !== 'nothing');
    const changed = valueOrThrow(() => change(value), sent === 'open');
    const refused = 'refused' in changed ? changed : undefined;
    if (refused && sent !== 'open') return { ...header, refused, value };
    const next = 'refused' in changed ? value : changed.value;
    try {
      const { won, ...answer } = await etcd.swap(key, found, JSON.stringify(next));
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

/** True for what leaves open whether a swap was applied: only another swap tells. */
export function isUnknown({ code }: InterlockError): boolean {
  return code === 'lock_unknown' || code === 'etcd_no_space';
}

async function readFor(etcd: Etcd, key: string, guard: (header: EtcdHeader) => void) {
  const answer = await etcd.read(key);
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
