import { performance } from 'node:perf_hooks';
import { goodForMs } from './cache-results.ts';

const keysLimit = 100;

/** Shares the results of long walks, each under its key: with those who ask meanwhile, and for as long as `goodForMs` says. */
export function shareWalks<T>(make: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const kept = new Map<string, { result: Promise<T>; untilMs: number }>();

  function begin(key: string): Promise<T> {
    const began = performance.now();
    const entry = { result: make(key), untilMs: Number.POSITIVE_INFINITY };
    if (kept.size >= keysLimit) kept.clear();
    kept.set(key, entry);
    const end = (untilMs: number) => {
      entry.untilMs = untilMs;
    };
    entry.result.then(
      () => end(performance.now() + goodForMs(performance.now() - began)),
      () => end(0),
    );
    return entry.result;
  }

  return (key) => {
    const found = kept.get(key);
    return found && performance.now() < found.untilMs ? found.result : begin(key);
  };
}
