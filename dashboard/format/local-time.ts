/** What a field for a local date and time takes: `2026-12-01T22:00`, in the reader’s time zone. */
export function toField(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = [String(time.getFullYear()).padStart(4, '0'), two(time.getMonth() + 1), two(time.getDate())];
  return `${date.join('-')}T${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** The moment that such a field means; empty when it is not filled in. */
export function fromField(value: string): string {
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
}

/** A moment as a command takes it and people read it: `2026-12-01T22:00+01:00`. */
export function withOffset(time: Date): string {
  const minutes = -time.getTimezoneOffset();
  const size = Math.abs(minutes);
  const [hour, minute] = [Math.trunc(size / 60), size % 60].map((value) => String(value).padStart(2, '0'));
  return `${toField(time)}${minutes < 0 ? '-' : '+'}${hour}:${minute}`;
}

/** The hour of the day so many days after that of `now`, in the reader’s time zone. */
export function atHour(hour: number, days: number, now: Date): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
}

/** The reader’s time zone by the name that calendars know: `Europe/Berlin`. */
export function zoneHere(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
