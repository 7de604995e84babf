import { Temporal } from 'temporal-polyfill';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { minuteMs, secondMs } from '../../protocol/time/durations.ts';
import { formatTime } from '../../system/terminal/format-time.ts';
import { formatSeconds } from '../../system/terminal/progress.ts';
import { readMoment } from './moment.ts';

/** The flag of verbs that start rollouts. */
export const startOption = [
  '--at <time>',
  'no host starts before: "22:00", "tomorrow 22:00", "2026-12-01 22:00" (local time), "in 2h", or a time with its zone',
] as const;

/**
 * The moment that a person names for a start, as the API takes it; without a zone it is meant in that of `now`.
 * Throws `usage` for what is no such time, and for what is over.
 */
export function readStartTime(
  given: string | undefined,
  now: Temporal.ZonedDateTime = Temporal.Now.zonedDateTimeISO(),
): string | undefined {
  if (given === undefined) return undefined;
  const at = readMoment(given, 'future', now);
  if (!at) {
    const problem = `--at is ${given || 'empty'}; give a time such as 22:00, "tomorrow 22:00", "2026-12-01 22:00", "in 2h" or 2026-12-01T22:00+01:00`;
    throw new InterlockError('usage', { problem });
  }
  if (at.epochMilliseconds < now.epochMilliseconds - minuteMs) {
    const problem = `--at ${given} is ${formatTime(at.epochMilliseconds)}, which is over; leave --at out to start now`;
    throw new InterlockError('usage', { problem });
  }
  return new Date(at.epochMilliseconds).toISOString();
}

/** The start that a server took, for people: the moment with its zone, and how far it is. */
export function describeStart(starts: string, now = new Date()): string {
  const leftMs = Date.parse(starts) - now.getTime();
  return leftMs > 0 ? `starts ${formatTime(starts)}, in ${formatSeconds(leftMs / secondMs)}` : 'starts now';
}
