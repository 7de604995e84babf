import type { LockValue } from '../../protocol/lock-value.ts';
import type { Etcd } from '../../system/etcd.ts';
import { listGroups } from '../../system/list-locks.ts';
import { readLock } from '../../system/read-lock.ts';
import { forceOut } from '../../system/swap-lock.ts';

/** The groups' locks in etcd, for people: hosts take and give back their places without this server. */
export interface Locks {
  groups(): Promise<{ group: string; value: LockValue }[]>;
  /** Takes a place away. Throws `not_found`, and what etcd throws. */
  release(group: string, host: string): Promise<{ before: LockValue; after: LockValue }>;
  close(): void;
}

/** Shows the named groups, or all that etcd has. */
export function openLocks(etcd: Etcd, named: readonly string[]): Locks {
  return {
    async groups() {
      const groups =
        named.length > 0 ? named : (await listGroups(etcd, 500)).groups.map(({ group }) => group);
      return Promise.all(groups.map(async (group) => ({ group, value: await readLock(etcd, group) })));
    },
    release: (group, host) => forceOut(etcd, group, host),
    close: () => etcd.close(),
  };
}
