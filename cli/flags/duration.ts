import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { dayMs, hourMs, minuteMs, secondMs } from '../../protocol/time/durations.ts';

const units = { s: secondMs, m: minuteMs, h: hourMs, d: dayMs } as const;
const longestMs = 365 * units.d;

/** Milliseconds in a flag such as `90s`, `10m` or `2 hours`. Throws `usage`. */
export function readDuration(text: string, flag: string): number {
  const [, count, unit] = /^(\d{1,6}) ?(s|m|h|d|seconds?|minutes?|hours?|days?)$/.exec(text.trim()) ?? [];
  const ms = Number(count) * units[(unit?.[0] ?? 's') as keyof typeof units];
  if (!(ms > 0 && ms <= longestMs)) {
    const problem = `${flag} is ${text}; give a time such as 90s, 10m, 2h or 1d, at most 365d`;
    throw new InterlockError('usage', { problem });
  }
  return ms;
}
