import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { dayMs, hourMs, minuteMs } from '../../protocol/time/durations.ts';

const units = { m: minuteMs, h: hourMs, d: dayMs, w: 7 * dayMs } as const;

/**
 * A moment as people name it, as the API takes it: `2h` (ago), `yesterday`, `2026-03-01`, `2026-03-01 22:00` in this
 * machine's time zone, or with a zone as in `2026-03-01T22:00:00Z`. Throws `usage`.
 */
export function readPastTime(text: string, flag: string, now: Date = new Date()): string {
  const time = momentOf(text.trim(), now);
  if (time && !Number.isNaN(time.getTime())) return time.toISOString();
  const problem = `${flag} is ${text}; give a time such as 2h (ago), yesterday, 2026-03-01 or "2026-03-01 22:00"`;
  throw new InterlockError('usage', { problem });
}

function momentOf(text: string, now: Date): Date | undefined {
  const [, count, unit] = /^(\d{1,4}) ?([mhdw])$/.exec(text) ?? [];
  if (count && unit) return new Date(now.getTime() - Number(count) * units[unit as keyof typeof units]);
  if (text === 'now') return now;
  if (text === 'today' || text === 'yesterday') {
    const days = text === 'today' ? 0 : 1;
    return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
  }
  const [, date, clock = '00:00', zone = ''] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))? ?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  return date ? new Date(`${date}T${clock}${zone}`) : undefined;
}
