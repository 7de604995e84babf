import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Scrub } from '../blobs/scrub.ts';

const lookMs = 60_000;
const betweenMs = 1000;
const restMs = 10 * 60_000;

/** Walks slowly over all blobs for as long as the server runs; where it was is in the database. Returns how to stop. */
export function keepScrubbing(scrub: Scrub, log: (problem: string) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const logError = (error: unknown) => log(asInterlockError(error).message);
  const again = (isMore: boolean) => {
    if (!isOver) timer = setTimeout(walk, isMore ? betweenMs : restMs);
  };
  const walk = () =>
    void scrub
      .step()
      .catch(logError)
      .then((isMore) => again(isMore === true));
  const look = () => void scrub.look().catch(logError);
  look();
  walk();
  const looking = setInterval(look, lookMs);
  return () => {
    isOver = true;
    clearTimeout(timer);
    clearInterval(looking);
  };
}
