import { fleetGroupOf, fleetLockPrefix } from '../../protocol/lock/fleet-lock.ts';
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
  const { keys, isMore } = await listKeys(etcd, lockPrefix, limit);
  const groups = keys.flatMap(({ key, revision }) => {
    const group = groupOf(key);
    return group ? [{ group, revision }] : [];
  });
  return { groups, isMore };
}

/** The groups of hosts that speak FleetLock, by name, at most `limit`. */
export async function listFleetGroups(etcd: Etcd, limit: number): Promise<string[]> {
  const { keys } = await listKeys(etcd, fleetLockPrefix, limit);
  return keys.map(({ key }) => fleetGroupOf(key)).filter((group) => group !== undefined);
}

async function listKeys(etcd: Etcd, prefix: string, limit: number) {
  // a range up to the prefix with its last byte raised
  const end = prefix.replace(/\/$/, '0');
  const range = { key: btoa(prefix), range_end: btoa(end), keys_only: true, limit: String(limit) };
  const { kvs = [], more } = (await etcd.call('kv/range', range)) as { kvs?: Json[]; more?: boolean };
  const keys = kvs.map(({ key, mod_revision: revision }) => ({
    key: Buffer.from(String(key), 'base64').toString('utf8'),
    revision: String(revision),
  }));
  return { keys, isMore: more === true };
}
