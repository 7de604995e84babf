import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** Calls of one host that may wait at once. */
const mostWaiting = 16;

/** Does one thing after the other for each key, in the order in which they came. */
export interface Turns {
  /** Throws `overloaded` if too many wait already, or if the caller went before its turn. */
  take<T>(key: string, gone: AbortSignal, work: () => Promise<T>): Promise<T>;
}

/** Opens a queue for each key; a key without work costs nothing. */
export function inTurn(): Turns {
  const last = new Map<string, { ended: Promise<unknown>; waiting: number }>();
  return {
    async take(key, gone, work) {
      const before = last.get(key);
      const waiting = (before?.waiting ?? 0) + 1;
      if (waiting > mostWaiting) throw new InterlockError('overloaded');
      const mine = Promise.resolve(before?.ended).then(() => {
        if (gone.aborted) throw new InterlockError('overloaded');
        return work();
      });
      const ended = mine.catch(() => {
        // whoever called hears of it; the next one begins all the same
      });
      const turn = { ended, waiting };
      last.set(key, turn);
      try {
        return await mine;
      } finally {
        const now = last.get(key);
        if (now === turn) last.delete(key);
        else if (now) now.waiting--;
      }
    },
  };
}
