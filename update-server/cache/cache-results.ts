import { performance } from 'node:perf_hooks';

/** An answer is kept this many times as long as it took, so that making it never takes more than a twentieth of a core. */
const keptTimes = 20;
/** An answer this quick is made anew for everybody who asks. */
const quickMs = 5;
const keysLimit = 100;

/** How long an answer is good that took so long. */
export function goodForMs(tookMs: number): number {
  return tookMs < quickMs ? 0 : tookMs * keptTimes;
}

/** Keeps answers that are costly to make, each under its key. */
export function cacheResults<T>(make: (key: string) => T): (key: string) => T {
  const kept = new Map<string, { answer: T; untilMs: number }>();
  return (key) => {
    const began = performance.now();
    const found = kept.get(key);
    if (found && began < found.untilMs) return found.answer;
    const answer = make(key);
    const ended = performance.now();
    if (kept.size >= keysLimit) kept.clear();
    kept.set(key, { answer, untilMs: ended + goodForMs(ended - began) });
    return answer;
  };
}
