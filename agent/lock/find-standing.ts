import type { Etcd } from '../../system/etcd/etcd.ts';
import { listGroups } from '../../system/lock/list-locks.ts';
import { readLock } from '../../system/lock/read-lock.ts';
import type { Place, Standing } from '../ports/lock.ts';

/** More groups than one etcd usually serves; the own one is asked in any case. */
const mostGroups = 100;

/**
 * The place that stands under this host's id: in its group, or in another one where etcd's rights let it look, for the
 * group may have been changed since. A read decides nothing: it is shown to people, and keeps this host from taking a place.
 */
export async function findStanding(etcd: Etcd, { group, host, endpoints }: Place): Promise<Standing | null> {
  const own = await standingIn(etcd, group, host, endpoints);
  if (own) return own;
  // etcd may forbid this host to list groups; its own group was asked
  const { groups } = await listGroups(etcd, mostGroups).catch(() => ({ groups: [] }));
  for (const other of groups) {
    if (other.group === group) continue;
    // a group that this host may not read, or whose value is damaged, is skipped
    const found = await standingIn(etcd, other.group, host, endpoints).catch(() => null);
    if (found) return found;
  }
  return null;
}

async function standingIn(
  etcd: Etcd,
  group: string,
  host: string,
  endpoints: string[],
): Promise<Standing | null> {
  const { holders } = await readLock(etcd, group);
  const own = holders.find((holder) => holder.host === host);
  return own ? { group, host, boot: own.boot, since: own.since, endpoints } : null;
}
