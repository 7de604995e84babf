import type { LocksAnswer } from '../../../../protocol/api/dashboard.ts';
import type { ReleaseSummary } from '../../../../protocol/api/operator.ts';
import type { LockValue } from '../../../../protocol/lock/lock-value.ts';
import { emptyLock, isStoppedByFailures } from '../../../../protocol/lock/semaphore.ts';
import type { FleetLocks } from '../../../locks/fleet-locks.ts';
import type { Locks, ShownLock } from '../../../locks/locks.ts';
import type { Store } from '../../../store/interface/store.ts';

type Group = LocksAnswer['groups'][number];

/** Anyone who writes a key may name as many holders as fit; each costs a look at the store. */
const shownHolders = { perGroup: 200, atAll: 2000 };
const waitingPerGroup = 50;
const waitingAtAll = 1000;

/** Where locks are read, and the names of their holders. */
export interface LockNeeds {
  store: Store;
  /** Missing when the server was given no etcd. */
  locks?: Locks | undefined;
  fleetLocks?: FleetLocks | undefined;
}

/** Every group's lock, with the names of its holders. */
export async function showLocks({ store, locks, fleetLocks }: LockNeeds): Promise<LocksAnswer> {
  if (!locks) return { configured: false, more: false, groups: [] };
  const found = await locks.groups();
  const releases = await store.releases();
  const waiting = Map.groupBy(await store.waitingForLock(waitingAtAll), ({ group }) => group);
  let left = shownHolders.atAll;
  const groups: LocksAnswer['groups'] = [];
  for (const lock of found.locks) {
    const group = await describe(store, lock, releases, Math.min(left, shownHolders.perGroup));
    group.waiting = (waiting.get(lock.group) ?? [])
      .slice(0, waitingPerGroup)
      .map(({ host, hostname, version, since }) => ({ host, hostname, version, since }));
    left -= group.holders.length;
    groups.push(group);
  }
  // etcd may forbid this server to look there; then FleetLock is not served either
  const foreign = (await fleetLocks?.groups().catch(() => [])) ?? [];
  return { configured: true, more: found.isMore, groups, ...(foreign.length > 0 ? { foreign } : {}) };
}

/** A lock's holders, as many as are written to the audit log. */
export function namedHolders({ slots, holders }: LockValue) {
  return { slots, holders: holders.slice(0, shownHolders.perGroup).map(({ host }) => host) };
}

/** Which releases failed on how many hosts, as the audit log names them. */
export function failedHosts(
  { releases }: LockValue,
  named: readonly ReleaseSummary[],
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(releases).flatMap(([rootHash, { failed }]) => {
      const hosts = Object.keys(failed).length;
      const what = releaseOf(named, rootHash).what ?? rootHash.slice(0, 12);
      return hosts > 0 ? [[`hosts that ${what} failed on`, hosts]] : [];
    }),
  );
}

function releaseOf(releases: readonly ReleaseSummary[], rootHash: string): { what?: string } {
  const found = releases.find((one) => one.rootHash === rootHash);
  return found ? { what: `${found.name} ${found.version}` } : {};
}

async function describe(
  store: Store,
  { group, value, problem }: ShownLock,
  named: readonly ReleaseSummary[],
  limit: number,
): Promise<Group> {
  const { slots, holders, releases } = value ?? emptyLock(0);
  const shown = holders.slice(0, limit).map(async ({ host, since, boot, release }) => ({
    ...{ host, since, boot, release },
    ...releaseOf(named, release),
    hostname: (await store.host(host))?.hostname ?? null,
  }));
  return {
    ...{ group, problem, slots, taken: holders.length },
    holders: await Promise.all(shown),
    releases: Object.entries(releases).map(([rootHash, entry]) => ({
      rootHash,
      ...releaseOf(named, rootHash),
      ok: entry.ok,
      failed: Object.entries(entry.failed).map(([host, reason]) => ({ host, reason })),
      stopped: isStoppedByFailures(entry),
    })),
  };
}
