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
