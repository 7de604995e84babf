import { dayMs } from '../../protocol/time/durations.ts';
import type { Memory } from './memory.ts';

/** A longer pause was made while the clock was wrong. */
const longestMs = dayMs;

/** Whether a host that waits in the middle of an update should check in; an idle one looks for an update instead. */
export function isCheckInDue({ phase, wait, tellAt }: Memory, now: number): boolean {
  if (phase.at === 'idle' || !wait) return false;
  const left = tellAt === undefined ? 0 : Date.parse(tellAt) - now;
  return !(left > 0 && left <= longestMs);
}

/** Until when nothing is due: the end of the wait, or the next check-in. */
export function nothingDueUntil({ phase, tellAt }: Pick<Memory, 'phase' | 'tellAt'>, until: string): string {
  if (phase.at === 'idle' || tellAt === undefined) return until;
  return Date.parse(tellAt) < Date.parse(until) ? tellAt : until;
}
