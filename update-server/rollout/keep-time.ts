import { asInterlockError } from '../../protocol/errors.ts';
import type { Ports } from '../ports.ts';

const tickMs = 10_000;

/** Does what is due by time, now and every ten seconds; `tell` hears what fails, and it is tried again. Returns how to stop. */
export function keepTime({ store, now }: Ports, tell: (problem: string) => void): () => void {
  const tick = () =>
    void store.tick(now()).then(
      (problems) => problems.forEach(tell),
      (error) => tell(asInterlockError(error).message),
    );
  tick();
  const timer = setInterval(tick, tickMs);
  return () => clearInterval(timer);
}
