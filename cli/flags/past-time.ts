import { Temporal } from 'temporal-polyfill';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { readMoment } from './moment.ts';

/**
 * A moment that is over, as the API takes it: `2h` (ago), `yesterday`, `yesterday 22:00`, `monday`, `22:00`, `2026-03-01`,
 * without a zone in that of `now`. Throws `usage`.
 */
export function readPastTime(
  text: string,
  flag: string,
  now: Temporal.ZonedDateTime = Temporal.Now.zonedDateTimeISO(),
): string {
  const at = readMoment(text, 'past', now);
  if (at) return new Date(at.epochMilliseconds).toISOString();
  const problem = `${flag} is ${text || 'empty'}; give a time such as 2h (ago), yesterday, "yesterday 22:00", 2026-03-01 or "2026-03-01 22:00"`;
  throw new InterlockError('usage', { problem });
}
