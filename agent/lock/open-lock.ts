import { InterlockError } from '../../protocol/errors.ts';
import type { Hold, LockPort, Place } from '../ports.ts';
import { type EtcdLockOptions, openEtcdLock } from './etcd.ts';
import { openNoLock } from './none.ts';

/** The lock the configuration names. What is held is given back to where it was taken, whatever is configured now. */
export function openLock(today: () => Place | null, etcd: EtcdLockOptions, now: () => Date): LockPort {
  const locks = { etcd: openEtcdLock(etcd, now), none: openNoLock() };
  const of = (hold: Hold) => locks[hold.kind];
  return {
    place() {
      const place = today();
      if (!place) throw new InterlockError('lock_unset');
      return place;
    },
    acquire: (attempt, rootHash, self) => of(attempt).acquire(attempt, rootHash, self),
    release: (hold, rootHash, self, verdict) => of(hold).release(hold, rootHash, self, verdict),
    cancel: (hold, self) => of(hold).cancel(hold, self),
  };
}
