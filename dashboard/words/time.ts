const units = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
const calendar = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** How long ago, or how soon: `3 hours ago`, `in 2 days`. */
export function fromNow(time: string, now = Date.now()): string {
  const seconds = (Date.parse(time) - now) / 1000;
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  if (unit === 'second') return seconds > 0 ? 'in a moment' : 'just now';
  return relative.format(Math.trunc(seconds / size), unit);
}

/** A length of time in its largest whole unit: `3 days`. */
export function length(ms: number): string {
  const seconds = Math.max(0, ms / 1000);
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? ['second', 1];
  const count = Math.trunc(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** Day and time of day where the reader is. */
export function onCalendar(time: string): string {
  return calendar.format(new Date(time));
}

/** The time of day alone. */
export function onClock(time: string): string {
  return clock.format(new Date(time));
}
