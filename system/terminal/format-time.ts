/**
 * A time for people, to the minute: in the zone of whoever reads it (`TZ`; `--utc` sets it), always with its offset, and one
 * word that can be typed back: `2026-03-01T22:05+01:00`. What is no time stays as it is.
 */
export function formatTime(time: string | number | Date): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  const east = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + east * 60_000).toISOString().slice(0, 16);
  return `${local}${east === 0 ? 'Z' : offset(east)}`;
}

/** A sentence of the server with its times as people read them. */
export function inOwnZone(sentence: string): string {
  return sentence.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (time) => formatTime(time));
}

/** Shows all times in UTC from now on. */
export function useUtc(): void {
  process.env.TZ = 'UTC';
}

function offset(minutes: number): string {
  const all = Math.abs(minutes);
  const parts = [Math.floor(all / 60), all % 60].map((part) => String(part).padStart(2, '0'));
  return `${minutes < 0 ? '-' : '+'}${parts.join(':')}`;
}
