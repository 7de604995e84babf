import { performance } from 'node:perf_hooks';
import { tickCoversMs, tickMs } from '../domain/rollout/watched.ts';
import type { Store } from '../store/interface/store.ts';
import { repeat } from './repeat.ts';

/** How much time a tick covers: none before the first, by a clock that cannot be set. */
export function coverage(monotonicMs: () => number): () => number {
  let last: number | undefined;
  return () => {
    const time = monotonicMs();
    const passed = last === undefined ? 0 : time - last;
    last = time;
    return Math.min(Math.max(passed, 0), tickCoversMs);
  };
}

/** Does what is due by time every ten seconds. Returns how to stop. */
export function keepTime(
  { store, now }: { store: Store; now(): Date },
  log: (problem: string) => void,
): () => void {
  const covered = coverage(() => performance.now());
  const tick = async () => (await store.advance(now(), covered())).forEach(log);
  return repeat(tick, tickMs, log);
}
