import { performance } from 'node:perf_hooks';

/** A result is kept this many times as long as it took, so that making it never takes more than a twentieth of a core. */
const keptTimes = 20;
/** A result this quick is made anew each time. */
const quickMs = 5;
const keysLimit = 100;

/** How long a result may be used again that took so long to make. */
export function goodForMs(tookMs: number): number {
  return tookMs < quickMs ? 0 : tookMs * keptTimes;
}

/** Keeps results that are expensive to make, each under its key. */
export function cacheResults<T>(make: (key: string) => T): (key: string) => T {
  const kept = new Map<string, { result: T; untilMs: number }>();
  return (key) => {
    const began = performance.now();
    const found = kept.get(key);
    if (found && began < found.untilMs) return found.result;
    const result = make(key);
    const ended = performance.now();
    if (kept.size >= keysLimit) kept.clear();
    kept.set(key, { result, untilMs: ended + goodForMs(ended - began) });
    return result;
  };
}
