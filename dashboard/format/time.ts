const units = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
/** Sweden writes dates as ISO 8601 has them: `2026-01-02 22:00`. */
const calendar = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short' });

/** How long ago, or how soon: `3 hours ago`, `in 2 days`. */
export function fromNow(time: string, now = Date.now()): string {
  const seconds = (Date.parse(time) - now) / 1000;
  if (Number.isNaN(seconds)) return time;
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  if (unit === 'second') return seconds > 0 ? 'in a moment' : 'just now';
  return relative.format(Math.trunc(seconds / size), unit);
}

/** Date and time of day in the reader's time zone. */
export function onCalendar(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : calendar.format(date);
}

const clock = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });

/** Date and time to the second in the reader's time zone: `2026-01-02 22:00:07`. */
export function exactly(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : clock.format(date);
}

/** The time of day to the second with its zone: `22:00:07 CET`. */
export function timeOfDay(date: Date): string {
  return `${clock.format(date).slice(-8)} ${zoneName(date)}`;
}

/** The reader's time zone, as its clock goes at that moment: `CET`, `UTC`, `GMT+5:30`. */
export function zoneName(at: Date = new Date()): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' }).formatToParts(at);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}
