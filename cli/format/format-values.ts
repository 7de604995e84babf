/** A server's time for people, to the minute and in UTC: `2026-03-01 22:05`. */
export function formatTime(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

/** Digits of an id in tables; enough to tell some thousands apart. */
export const shownDigits = 8;
