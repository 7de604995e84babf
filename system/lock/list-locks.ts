import { groupOf, lockPrefix } from '../../protocol/lock/lock-value.ts';
import type { Etcd, Json } from '../etcd/etcd.ts';

/** A group whose key etcd has; the revision changes with every change of its value. */
export interface ListedGroup {
  group: string;
  revision: string;
}

/** The groups that ever had a lock, by name: at most `limit`, and whether there are more. Other keys are left out. */
export async function listGroups(
  etcd: Etcd,
  limit: number,
): Promise<{ groups: ListedGroup[]; isMore: boolean }> {
  // a range up to the prefix with its last byte raised
  const end = lockPrefix.replace(/\/$/, '0');
  const range = { key: btoa(lockPrefix), range_end: btoa(end), keys_only: true, limit: String(limit) };
  const { kvs = [], more } = (await etcd.call('kv/range', range)) as { kvs?: Json[]; more?: boolean };
  const groups = kvs.flatMap(({ key, mod_revision: revision }) => {
    const group = groupOf(Buffer.from(String(key), 'base64').toString('utf8'));
    return group ? [{ group, revision: String(revision) }] : [];
  });
  return { groups, isMore: more === true };
}
