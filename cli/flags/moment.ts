import { Temporal } from 'temporal-polyfill';
import { dayMs, hourMs, minuteMs, secondMs } from '../../protocol/time/durations.ts';

/** Which of the days, spans and clock times that come again is meant. */
export type Direction = 'past' | 'future';

const units = { s: secondMs, m: minuteMs, h: hourMs, d: dayMs, w: 7 * dayMs } as const;
const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

const unit = '(?:s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:eeks?)?)(?![a-z])';
const spans = `(?<spans>(?:\\d{1,5} ?${unit} ?)+)`;
const away = {
  past: new RegExp(`^${spans}(?:ago)?$`, 'i'),
  future: new RegExp(`^(?:in |\\+ ?)${spans}$`, 'i'),
} as const;

const day = '(?<day>\\d{4}-\\d\\d-\\d\\d|[a-z]+)';
const clock =
  '(?<hour>[01]?\\d|2[0-3]):(?<minute>[0-5]\\d)(?::(?<second>[0-5]\\d)(?:\\.(?<fraction>\\d{1,9}))?)?';
const zone = '(?: ?(?<zone>Z|UTC|[+-]\\d\\d:?\\d\\d|[A-Za-z_]+(?:/[A-Za-z_+-]+)+))?';
const withClock = new RegExp(`^(?:${day}[T ] ?)?${clock}${zone}$`, 'i');
const dayAlone = new RegExp(`^${day}${zone}$`, 'i');

/**
 * The moment that a person names, or undefined for what is none; without a zone it is meant in that of `now`. A day alone is
 * its beginning, which only the past may mean: an update that begins at midnight is to be written out.
 */
export function readMoment(
  given: string,
  direction: Direction,
  now: Temporal.ZonedDateTime,
): Temporal.Instant | undefined {
  const text = given.trim();
  if (/^now$/i.test(text)) return now.toInstant();
  return afterSpan(text, direction, now) ?? onCalendar(text, direction, now);
}

/** `in 2h`, `+1h 30m`; in the past `2 days`, `90m ago`. */
function afterSpan(
  text: string,
  direction: Direction,
  now: Temporal.ZonedDateTime,
): Temporal.Instant | undefined {
  const named = away[direction].exec(text)?.groups?.spans;
  if (named === undefined) return undefined;
  const ms = [...named.matchAll(/(\d+) ?([a-z])/gi)].reduce(
    (sum, [, count, letter]) => sum + Number(count) * units[letter!.toLowerCase() as keyof typeof units],
    0,
  );
  return now.toInstant().add({ milliseconds: direction === 'past' ? -ms : ms });
}

/** `22:00` is the next one, or the last; so is a weekday. */
function onCalendar(
  text: string,
  direction: Direction,
  now: Temporal.ZonedDateTime,
): Temporal.Instant | undefined {
  const match = withClock.exec(text) ?? (direction === 'past' ? dayAlone.exec(text) : null);
  if (!match) return undefined;
  const { day: named, zone: inZone } = match.groups ?? {};
  try {
    const here = inZone ? now.withTimeZone(zoneOf(inZone)) : now;
    const date = dateOf(named?.toLowerCase(), direction, here);
    const plainTime = clockOf(match.groups ?? {});
    const at = date?.toZonedDateTime({ timeZone: here.timeZoneId, plainTime });
    if (!at) return undefined;
    const order = Temporal.ZonedDateTime.compare(at, here);
    const days = daysBetween(named?.toLowerCase());
    if (direction === 'future') return (order < 0 ? at.add({ days }) : at).toInstant();
    return (order > 0 ? at.subtract({ days }) : at).toInstant();
  } catch (error) {
    // Temporal throws for a day that is in no calendar and for a zone that it does not know
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function clockOf({ hour = 0, minute = 0, second = 0, fraction = '' }: Record<string, string | number>) {
  const ms = `${fraction}`.padEnd(3, '0').slice(0, 3);
  const [h, m, s, thousandths] = [hour, minute, second, ms].map(Number);
  return new Temporal.PlainTime(h, m, s, thousandths);
}

/** Days from one clock time, or one of a weekday, to the next; a date does not come again. */
function daysBetween(named: string | undefined): number {
  if (named === undefined) return 1;
  return weekdayOf(named) > 0 ? 7 : 0;
}

/** From 1, Monday; 0 for another word. */
function weekdayOf(named: string): number {
  return weekdays.findIndex((name) => name === named || name.slice(0, 3) === named) + 1;
}

function dateOf(
  named: string | undefined,
  direction: Direction,
  now: Temporal.ZonedDateTime,
): Temporal.PlainDate | undefined {
  const today = now.toPlainDate();
  if (named === undefined || named === 'today') return today;
  if (named === 'tomorrow' && direction === 'future') return today.add({ days: 1 });
  if (named === 'yesterday' && direction === 'past') return today.subtract({ days: 1 });
  if (/^\d/.test(named)) return Temporal.PlainDate.from(named, { overflow: 'reject' });
  const weekday = weekdayOf(named);
  if (weekday === 0) return undefined;
  const ahead = (weekday - today.dayOfWeek + 7) % 7;
  return today.add({ days: direction === 'past' && ahead > 0 ? ahead - 7 : ahead });
}

function zoneOf(text: string): string {
  if (/^(z|utc)$/i.test(text)) return 'UTC';
  return /^[+-]\d{4}$/.test(text) ? `${text.slice(0, 3)}:${text.slice(3)}` : text;
}
