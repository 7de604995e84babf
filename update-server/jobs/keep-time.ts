import { performance } from 'node:perf_hooks';
import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import { tickCoversMs, tickMs } from '../domain/rollout/watched.ts';
import type { Ports } from '../routing/ports.ts';

/** How much time a tick covers: none before the first, by a clock that nobody can set. */
export function coverage(monotonicMs: () => number): () => number {
  let last: number | undefined;
  return () => {
    const at = monotonicMs();
    const passed = last === undefined ? 0 : at - last;
    last = at;
    return Math.min(Math.max(passed, 0), tickCoversMs);
  };
}

/** Does what is due by time, now and every ten seconds; `tell` hears what fails, and it is tried again. Returns how to stop. */
export function keepTime({ store, now }: Ports, tell: (problem: string) => void): () => void {
  const covered = coverage(() => performance.now());
  const tick = () =>
    void store.tick(now(), covered()).then(
      (problems) => problems.forEach(tell),
      (error) => tell(asInterlockError(error).message),
    );
  tick();
  const timer = setInterval(tick, tickMs);
  return () => clearInterval(timer);
}
