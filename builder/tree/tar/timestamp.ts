/** A time to the nanosecond; `nanoseconds` count up from `seconds`, which may be negative (before 1970). */
export interface Timestamp {
  seconds: number;
  /** 0 … 999999999. */
  nanoseconds: number;
}

/** Reads a pax time (POSIX pax, "mtime": decimal seconds) digit by digit, for floats lose nanoseconds; null when it is none. */
export function timeOf(text: string): Timestamp | null {
  const match = /^(-?)(\d{1,15})(?:\.(\d*))?$/.exec(text);
  if (!match) return null;
  const [, sign, whole, fraction = ''] = match;
  const seconds = Number(whole);
  const nanoseconds = Number(fraction.slice(0, 9).padEnd(9, '0'));
  if (!sign) return { seconds, nanoseconds };
  return nanoseconds === 0
    ? { seconds: 0 - seconds, nanoseconds }
    : { seconds: -seconds - 1, nanoseconds: 1_000_000_000 - nanoseconds };
}

/** The same as pax text. */
export function timeText({ seconds, nanoseconds }: Timestamp): string {
  if (nanoseconds === 0) return String(seconds);
  const isNegative = seconds < 0;
  const whole = isNegative ? -seconds - 1 : seconds;
  const rest = isNegative ? 1_000_000_000 - nanoseconds : nanoseconds;
  const fraction = String(rest).padStart(9, '0').replace(/0+$/, '');
  return `${isNegative ? '-' : ''}${whole}.${fraction}`;
}
