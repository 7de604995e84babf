import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type LockValue, lockKey } from '../../protocol/lock/lock-value.ts';
import { emptyLock } from '../../protocol/lock/semaphore.ts';
import { type Etcd, type Stored, storedOf } from '../etcd/etcd.ts';
import { lockOf } from './read-lock.ts';

/** How many changes of a damaged value are looked at, from the newest back. */
const deepest = 100;

/** A value that cannot be read, and the last readable one before it, whose holders still have their places. */
export interface Damage {
  found: Stored;
  before: { value: LockValue; revision: string } | null;
}

/** Looks what is wrong with a group's lock, or null: nothing is. Agents leave such a value alone, so that nobody took or gave back a place since. */
export async function findDamage(etcd: Etcd, group: string): Promise<Damage | null> {
  const { found } = await etcd.read(lockKey(group));
  if (!found || readable(found, group)) return null;
  let at: Stored | null = found;
  for (let n = 0; n < deepest && at; n++) {
    at = await readBefore(etcd, group, at.revision);
    const value = at && readable(at, group);
    if (at && value) return { found, before: { value, revision: at.revision } };
  }
  return { found, before: null };
}

/** Writes a value over exactly the damaged one that was found. Throws `exists` when it has changed since. */
export async function mendLock(
  etcd: Etcd,
  group: string,
  { found, before }: Damage,
  slots: number | undefined,
): Promise<LockValue> {
  const value = slots === undefined ? before?.value : emptyLock(slots);
  if (!value) throw new InterlockError('not_found', { what: `an earlier value of group ${group}` });
  const { won } = await etcd.swap(lockKey(group), found, JSON.stringify(value));
  if (!won)
    throw new InterlockError('lock_unknown', { problem: 'it was changed by someone else in the meantime' });
  return value;
}

/** The value right before a revision, as far as etcd still has it. */
async function readBefore(etcd: Etcd, group: string, revision: string): Promise<Stored | null> {
  const range = {
    key: Buffer.from(lockKey(group)).toString('base64'),
    revision: String(BigInt(revision) - 1n),
  };
  try {
    return storedOf(await etcd.call('kv/range', range), 'etcd');
  } catch (error) {
    // compacted: etcd has forgotten it
    if ((error as InterlockError).code === 'answer_invalid') return null;
    throw error;
  }
}

function readable(found: Stored, group: string): LockValue | null {
  try {
    return lockOf(found, group);
  } catch {
    // damaged too: the one before it is looked at
    return null;
  }
}
