import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Store } from '../../../update-server/store/interface/store.ts';

type Call = (...args: unknown[]) => Promise<unknown>;

/** A store behind a network, as far as callers can tell: each call reaches it, and each answer comes back, in a later turn. */
export function answerLater(store: Store): Store {
  const later = ([name, call]: [string, Call]): [string, Call] => [
    name,
    async (...args) => {
      await nextTurn();
      try {
        return await call(...args);
      } finally {
        await nextTurn();
      }
    },
  ];
  return Object.fromEntries(Object.entries(store as unknown as Record<string, Call>).map(later)) as never;
}
