import type { LockPort } from '../ports/lock.ts';

/** No coordination, by the operator's explicit word: every place is free, and the path stays the same. */
export function openNoLock(): Omit<LockPort, 'place'> {
  return {
    standing: async () => null,
    acquire: async (attempt) => ({ kind: 'held', hold: attempt, revision: '0' }),
    release: async () => ({ kind: 'released', revision: '0' }),
    cancel: async () => ({ kind: 'released', revision: '0' }),
  };
}
