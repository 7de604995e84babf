import { signedAt } from '../../protocol/documents/trust.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** How far the clocks of a host and its server may differ. */
const slackMs = 3_600_000;

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
  const at = signedAt('timestamp', signed.expires).getTime();
  return latest([before, new Date(Math.min(at, now.getTime())).toISOString()]);
}

/**
 * True when a newer timestamp says an earlier time than is held for proven, and not one that is still to come: whoever signs
 * timestamps had a clock that was ahead and now is right. Nobody else can sign a newer one, so an old clock gains nothing by it.
 */
export function isTakenBack(
  before: string | undefined,
  timestampJson: string | undefined,
  proven: string,
  now: Date,
): boolean {
  if (before === undefined || timestampJson === undefined) return false;
  const [old, next] = [before, timestampJson].map(
    (text) => (JSON.parse(text) as { signed: { version: number; expires: string } }).signed,
  );
  const at = signedAt('timestamp', next!.expires);
  return next!.version > old!.version && at < new Date(proven) && at.getTime() - now.getTime() < slackMs;
}

function latest(times: readonly (string | null)[]): string | null {
  const known = times.filter((time) => time !== null);
  return known.toSorted((a, b) => new Date(a).getTime() - new Date(b).getTime()).at(-1) ?? null;
}
