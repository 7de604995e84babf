import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { LockPort, Place } from '../ports/lock.ts';
import { type EtcdLockOptions, openEtcdLock } from './etcd.ts';
import { openNoLock } from './none.ts';

/**
 * The lock the configuration names. What is held is given back to where it was taken, whatever is configured now.
 * `etcd`: what it takes to reach it, read when it is needed, so that a missing certificate stops nothing else.
 */
export function openLock(
  today: () => Place | null,
  etcd: () => Promise<EtcdLockOptions>,
  now: () => Date,
): LockPort {
  const none = openNoLock();
  const of = async ({ kind }: Pick<Place, 'kind'>) =>
    kind === 'none' ? none : openEtcdLock(await etcd(), now);
  return {
    place() {
      const place = today();
      if (!place) throw new InterlockError('lock_unset');
      return place;
    },
    standing: async (place) => (await of(place)).standing(place),
    acquire: async (attempt, rootHash, self) => (await of(attempt)).acquire(attempt, rootHash, self),
    release: async (hold, rootHash, self, verdict) => (await of(hold)).release(hold, rootHash, self, verdict),
    cancel: async (hold, self) => (await of(hold)).cancel(hold, self),
  };
}
