/** Callers that may wait at once: in all, and for one thing. */
const limits = { all: 1000, each: 64 };

/** A caller that waits for the next arrival. */
export interface Waiting {
  /** True when something arrived; false after the time, when the caller went, or when the server stops. */
  came: Promise<boolean>;
  stop(): void;
}

/** Who waits for what; it wakes them and keeps nothing of what arrived. */
export interface Arrivals {
  /** From now on, so that a look at what is there can follow. Undefined if too many wait. */
  next(key: string, ms: number): Waiting | undefined;
  announce(key: string): void;
  /** Lets all go, so that a stop of the server does not wait for them. */
  end(): void;
}

/** Lets callers wait until something arrives. */
export function openArrivals(): Arrivals {
  const waiting = new Map<string, Set<(came: boolean) => void>>();
  let all = 0;
  return {
    next(key, ms) {
      const others = waiting.get(key) ?? new Set();
      if (all >= limits.all || others.size >= limits.each) return undefined;
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const settle = (came: boolean) => {
        clearTimeout(timer);
        if (others.delete(settle)) all--;
        if (others.size === 0 && waiting.get(key) === others) waiting.delete(key);
        resolve(came);
      };
      const timer = setTimeout(() => settle(false), ms);
      waiting.set(key, others.add(settle));
      all++;
      return { came: promise, stop: () => settle(false) };
    },
    announce(key) {
      for (const settle of [...(waiting.get(key) ?? [])]) settle(true);
    },
    end() {
      for (const each of [...waiting.values()]) for (const settle of [...each]) settle(false);
    },
  };
}
