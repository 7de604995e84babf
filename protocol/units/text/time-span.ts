import { Refusal } from './split-words.ts';

const unitNs: Readonly<Record<string, number>> = {
  ...{ us: 1e3, ms: 1e6, s: 1e9, sec: 1e9, second: 1e9, seconds: 1e9 },
  ...{ m: 60e9, min: 60e9, minute: 60e9, minutes: 60e9, h: 3600e9, hr: 3600e9, hour: 3600e9, hours: 3600e9 },
  ...{ d: 86400e9, day: 86400e9, days: 86400e9 },
};

/** A time span of systemd (systemd.time(7)) or Docker, `90`, `1min 30s`, in nanoseconds; a number alone is seconds. */
export function nanosecondsOf(text: string): number {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)\s*/gy)];
  const length = parts.reduce((sum, [whole]) => sum + whole.length, 0);
  const values = parts.map(([, number, unit = '']) => Number(number) * (unitNs[unit || 's'] ?? Number.NaN));
  const sum = values.reduce((total, value) => total + value, 0);
  if (parts.length > 0 && length === text.trim().length && Number.isFinite(sum)) return Math.round(sum);
  throw new Refusal(`${text} is not a time span`, '90s');
}
