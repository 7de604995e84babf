import { type LockValue, lockKey, parseLockValue } from '../../../protocol/lock/lock-value.ts';
import { post } from './outside-writer.ts';

interface Answer {
  kvs?: { mod_revision: string; value: string }[];
}

/** Every value a group's lock ever had, newest first: etcd keeps all revisions until somebody compacts them. */
export async function lockHistory(endpoint: string, group = 'default'): Promise<LockValue[]> {
  const key = Buffer.from(lockKey(group)).toString('base64');
  const values: LockValue[] = [];
  for (let revision = '0'; ; ) {
    const answer: Answer | null = await post(endpoint, 'kv/range', { key, revision });
    if (!answer) throw new Error(`${endpoint} does not answer for revision ${revision}`);
    const found = answer.kvs?.[0];
    if (!found) return values;
    values.push(parseLockValue(Buffer.from(found.value, 'base64').toString()));
    revision = String(BigInt(found.mod_revision) - 1n);
    if (revision === '0') return values;
  }
}
