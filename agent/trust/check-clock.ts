import { InterlockError } from '../../protocol/errors.ts';
import { lifeDays } from '../../protocol/trust.ts';

/** Throws `clock_behind` when the clock says a time that has certainly passed: an old clock makes old metadata look fresh. */
export function checkClock(now: Date, known: readonly (string | null)[]): void {
  const seen = latest(known);
  if (seen && now < new Date(seen)) {
    throw new InterlockError('clock_behind', { now: now.toISOString(), seen });
  }
}

/**
 * The latest moment that is proven: the fresh timestamp was signed one life before it expires. Never later than the
 * clock, so that a thief of the online keys cannot push hosts into the future.
 */
export function provenTime(timestampJson: string, before: string | null, now: Date): string | null {
  const { signed } = JSON.parse(timestampJson) as { signed: { expires: string } };
  const signedAt = new Date(signed.expires).getTime() - lifeDays.timestamp * 86_400_000;
  return latest([before, new Date(Math.min(signedAt, now.getTime())).toISOString()]);
}

function latest(times: readonly (string | null)[]): string | null {
  const known = times.filter((time) => time !== null);
  return known.toSorted((a, b) => new Date(a).getTime() - new Date(b).getTime()).at(-1) ?? null;
}
