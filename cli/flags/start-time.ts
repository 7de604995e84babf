import { Temporal } from 'temporal-polyfill';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { dayMs, hourMs, minuteMs, secondMs } from '../../protocol/time/durations.ts';
import { formatTime } from '../../system/terminal/format-time.ts';
import { formatSeconds } from '../../system/terminal/progress.ts';

/** The flag of verbs that start rollouts. */
export const startOption = [
  '--at <time>',
  'no host starts before: "22:00", "tomorrow 22:00", "2026-12-01 22:00" (local time), "in 2h", or a time with its zone',
] as const;

const units = { s: secondMs, m: minuteMs, h: hourMs, d: dayMs, w: 7 * dayMs } as const;
const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const spanPattern = '(\\d{1,5}) ?(s|m|h|d|w)[a-z]*';
const clock = '(?<hour>[01]?\\d|2[0-3]):(?<minute>[0-5]\\d)(?::(?<second>[0-5]\\d)(?:\\.\\d+)?)?';
const zone = '(?<zone>Z|UTC|[+-]\\d\\d:?\\d\\d|[A-Za-z_]+(?:/[A-Za-z_+-]+)+)';
const written = new RegExp(`^(?:(?<day>\\d{4}-\\d\\d-\\d\\d|[a-z]+)[T ] ?)?${clock}(?: ?${zone})?$`, 'i');

/**
 * The moment that a person names for a start, as the API takes it; without a zone it is meant in that of `now`.
 * Throws `usage` for what is no such time, and for what is over.
 */
export function readStartTime(
  given: string | undefined,
  now: Temporal.ZonedDateTime = Temporal.Now.zonedDateTimeISO(),
): string | undefined {
  if (given === undefined) return undefined;
  const text = given.trim();
  const at = text === 'now' ? now.toInstant() : (afterSpan(text, now) ?? onCalendar(text, now));
  if (!at) {
    const problem = `--at is ${given}; give a time such as 22:00, "tomorrow 22:00", "2026-12-01 22:00", "in 2h" or 2026-12-01T22:00+01:00`;
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

/** `in 2h`, `+90m`, `in 1 day`, `+1h 30m`. */
function afterSpan(text: string, now: Temporal.ZonedDateTime): Temporal.Instant | undefined {
  const [, spans] = new RegExp(`^(?:in |\\+ ?)((?:${spanPattern} ?)+)$`, 'i').exec(text) ?? [];
  if (spans === undefined) return undefined;
  const found = [...spans.matchAll(new RegExp(spanPattern, 'gi'))];
  const ms = found.reduce(
    (sum, [, count, unit]) => sum + Number(count) * units[unit!.toLowerCase() as keyof typeof units],
    0,
  );
  return now.toInstant().add({ milliseconds: ms });
}

/** `22:00` is the next one; a day's time may be on it alone. */
function onCalendar(text: string, now: Temporal.ZonedDateTime): Temporal.Instant | undefined {
  const parts = written.exec(text)?.groups;
  if (!parts) return undefined;
  try {
    const here = parts.zone ? now.withTimeZone(zoneOf(parts.zone)) : now;
    const date = dateOf(parts.day?.toLowerCase(), here);
    const [hour, minute, second] = [parts.hour, parts.minute, parts.second ?? 0].map(Number);
    const plainTime = new Temporal.PlainTime(hour, minute, second);
    const at = date?.toZonedDateTime({ timeZone: here.timeZoneId, plainTime });
    const isPast = at && Temporal.ZonedDateTime.compare(at, here) < 0;
    return (isPast ? at.add({ days: untilNext(parts.day?.toLowerCase()) }) : at)?.toInstant();
  } catch (error) {
    // Temporal throws for a day that is in no calendar and for a zone that it does not know
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Days until a clock time, or one of a weekday, comes again; a date does not. */
function untilNext(day: string | undefined): number {
  if (day === undefined) return 1;
  return weekdayOf(day) > 0 ? 7 : 0;
}

/** From 1, Monday; 0 for another word. */
function weekdayOf(day: string): number {
  return weekdays.findIndex((name) => name === day || name.slice(0, 3) === day) + 1;
}

function dateOf(day: string | undefined, now: Temporal.ZonedDateTime): Temporal.PlainDate | undefined {
  const today = now.toPlainDate();
  if (day === undefined || day === 'today') return today;
  if (day === 'tomorrow') return today.add({ days: 1 });
  if (/^\d/.test(day)) return Temporal.PlainDate.from(day, { overflow: 'reject' });
  const weekday = weekdayOf(day);
  return weekday > 0 ? today.add({ days: (weekday - today.dayOfWeek + 7) % 7 }) : undefined;
}

function zoneOf(text: string): string {
  if (/^(z|utc)$/i.test(text)) return 'UTC';
  return /^[+-]\d{4}$/.test(text) ? `${text.slice(0, 3)}:${text.slice(3)}` : text;
}
