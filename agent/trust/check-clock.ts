import { signedAt } from '../../protocol/documents/trust.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { hourMs } from '../../protocol/time/durations.ts';
import type { TufDocument } from './document.ts';

/** How far the clocks of a host and its server may differ. */
const slackMs = hourMs;

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
export function provenTime({ parsed }: TufDocument, before: string | null, now: Date): string | null {
  const signed = signedAt('timestamp', parsed.signed.expires).getTime();
  return latest([before, new Date(Math.min(signed, now.getTime())).toISOString()]);
}

/**
 * True when a newer timestamp names an earlier time than the proven one, and not one that is still to come: whoever signs
 * timestamps had a clock that was ahead and is right now. Nobody else can sign a newer one, so an old clock gains nothing by it.
 */
export function isTakenBack(before: TufDocument, fresh: TufDocument, proven: string, now: Date): boolean {
  const [old, next] = [before.parsed.signed, fresh.parsed.signed];
  const signed = signedAt('timestamp', next.expires);
  return (
    next.version > old.version && signed < new Date(proven) && signed.getTime() - now.getTime() < slackMs
  );
}

function latest(times: readonly (string | null)[]): string | null {
  const known = times.filter((time) => time !== null);
  return known.toSorted((a, b) => new Date(a).getTime() - new Date(b).getTime()).at(-1) ?? null;
}
