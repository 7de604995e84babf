import { asInterlockError } from '../../protocol/errors/interlock-error.ts';

/** Does something now and again and again; `log` gets what fails, and it is tried again. Returns how to stop. */
export function repeat(
  work: () => Promise<unknown>,
  everyMs: number,
  log: (problem: string) => void,
): () => void {
  const attempt = () => void work().catch((error: unknown) => log(asInterlockError(error).message));
  attempt();
  const timer = setInterval(attempt, everyMs);
  return () => clearInterval(timer);
}
