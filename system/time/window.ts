import { Temporal } from 'temporal-polyfill';
import type { Window } from '../../protocol/documents/window.ts';
import { weekMs } from '../../protocol/time/durations.ts';

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
/** A window that names one day opens within a week, and one more covers a day that clock changes swallow. */
const daysAhead = 8;

/** True when hosts may start now; no windows means always. */
export function isOpen(windows: readonly Window[], now: Date): boolean {
  return windows.length === 0 || windows.some((window) => spansAround(window, now).some(contains(now)));
}

/** When hosts may start next, or `now` itself. */
export function nextOpening(windows: readonly Window[], now: Date): Date {
  if (isOpen(windows, now)) return now;
  const openings = windows.flatMap((window) => spansAround(window, now)).map(([from]) => from);
  return new Date(Math.min(...openings.filter((from) => from > now.getTime())));
}

/** When an open window closes, with those that follow on it without a gap; a week on when none closes before. */
export function nextClosing(windows: readonly Window[], now: Date): Date {
  const spans = windows.flatMap((window) => spansAround(window, now));
  const latest = now.getTime() + weekMs;
  for (let end = now.getTime(); ; ) {
    const later = spans.filter(contains(new Date(end))).map(([, to]) => to);
    const next = Math.max(end, ...later);
    if (next === end || next >= latest) return new Date(Math.min(next, latest));
    end = next;
  }
}

/**
 * The spans of a window from yesterday on, in milliseconds since 1970. Its two times are turned into instants
 * day by day: a window in the hour that a clock change skips is as long as on other days, one over a repeated hour longer.
 */
function spansAround({ days, from, to, zone }: Window, now: Date): [number, number][] {
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone).toPlainDate();
  const instant = (date: Temporal.PlainDate, time: string) =>
    date.toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds;
  return Array.from({ length: daysAhead + 2 }, (_, day) => today.add({ days: day - 1 }))
    .filter((date) => !days || days.includes(weekdays[date.dayOfWeek - 1]!))
    .map((date) => [instant(date, from), instant(from < to ? date : date.add({ days: 1 }), to)]);
}

function contains(now: Date): (span: [number, number]) => boolean {
  return ([from, to]) => from <= now.getTime() && now.getTime() < to;
}
