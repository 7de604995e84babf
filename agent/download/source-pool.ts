import { hourMs } from '../../protocol/time/durations.ts';
/** How slow is too slow, and for how long a source is left alone then. */
export interface Pace {
  /** A source is judged by what it delivered in so many milliseconds of being waited for. */
  windowMs: number;
  /** The whole should be here after so many seconds; slower than that, a source is left while there is another. */
  wholeSeconds: number;
  /** Bytes per second below which a source is slow whatever the size. */
  leastRate: number;
  /** A slow source is tried again after so many milliseconds, twice as many the next time. */
  restMs: number;
}

/** An hour for the whole. A source that must be slower, because this host's own `max_rate` says so, is never left for it. */
export const defaultPace: Pace = {
  windowMs: 60_000,
  wholeSeconds: 3600,
  leastRate: 16 * 1024,
  restMs: 600_000,
};

/** What a run has learned about its sources. Slow is better than dead, and dead than wrong. */
export interface SourcePool {
  /** The first source from `turn` on that is not left alone; when all are, the best of those. */
  pick(turn: number): number;
  /** Counts bytes and the milliseconds they were waited for; true when the source is too slow and there is another. */
  isTooSlow(index: number, bytes: number, waitedMs: number, size: number): boolean;
  /** Leaves a source alone that gives nothing. */
  fail(index: number): void;
  /** Leaves a source alone that asked for it. */
  rest(index: number, ms: number): void;
  /** Leaves a source alone whose bytes were wrong. */
  distrust(index: number): void;
  /** Milliseconds until any source may be asked again; 0 when one may be now. */
  restLeft(): number;
}

interface Known {
  bytes: number;
  waitedMs: number;
  /** Bytes per second of the last whole window; null before. */
  rate: number | null;
  slowUntil: number;
  slowTimes: number;
  failedUntil: number;
  wrongUntil: number;
  quietUntil: number;
}

/** The penalty of a source that is slow and nothing worse. */
const slowOnly = 1;
const wrongMs = 600_000;
const longestRestMs = 6 * hourMs;

/** Starts knowing nothing; `now` in milliseconds. */
export function createSourcePool(
  count: number,
  pace: Pace = defaultPace,
  maxRate: number | null = null,
  now: () => number = () => performance.now(),
): SourcePool {
  const sources: Known[] = Array.from({ length: count }, () => ({
    bytes: 0,
    waitedMs: 0,
    rate: null,
    slowUntil: 0,
    slowTimes: 0,
    failedUntil: 0,
    wrongUntil: 0,
    quietUntil: 0,
  }));
  const penalty = ({ slowUntil, failedUntil, wrongUntil, quietUntil }: Known) =>
    [slowUntil, failedUntil, wrongUntil, quietUntil].reduce(
      (sum, until, weight) => sum + (until > now() ? 2 ** weight : 0),
      0,
    );
  const leastRate = (size: number) => {
    const wanted = Math.max(pace.leastRate, size / pace.wholeSeconds);
    return maxRate === null ? wanted : Math.min(wanted, maxRate / 2);
  };

  return {
    pick(turn) {
      const inTurn = sources.map((_, step) => (turn + step) % count);
      return inTurn.toSorted((a, b) => {
        const [one, other] = [sources[a]!, sources[b]!];
        const worse = penalty(one) - penalty(other);
        const areSlow = penalty(one) === slowOnly && penalty(other) === slowOnly;
        return worse || (areSlow ? (other.rate ?? 0) - (one.rate ?? 0) : 0);
      })[0]!;
    },
    isTooSlow(index, bytes, waitedMs, size) {
      const source = sources[index]!;
      source.bytes += bytes;
      source.waitedMs += waitedMs;
      if (source.waitedMs < pace.windowMs) return false;
      source.rate = (source.bytes * 1000) / source.waitedMs;
      source.bytes = 0;
      source.waitedMs = 0;
      if (source.rate >= leastRate(size)) {
        source.slowTimes = 0;
        return false;
      }
      const isBetterThere = sources.some((other) => other !== source && penalty(other) === 0);
      if (!isBetterThere) return false;
      source.slowUntil = now() + Math.min(longestRestMs, pace.restMs * 2 ** source.slowTimes);
      source.slowTimes++;
      return true;
    },
    fail(index) {
      sources[index]!.failedUntil = now() + pace.restMs;
    },
    rest(index, ms) {
      sources[index]!.quietUntil = now() + ms;
    },
    distrust(index) {
      sources[index]!.wrongUntil = now() + wrongMs;
    },
    restLeft: () => Math.max(0, Math.min(...sources.map(({ quietUntil }) => quietUntil - now()))),
  };
}
