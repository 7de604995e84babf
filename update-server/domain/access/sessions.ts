import { dayMs } from '../../../protocol/time/durations.ts';

/** Long after a session's end, its row goes. */
const keptMs = 30 * dayMs;

/** The last use of a session or a token is recorded at most this often, so that most reads write nothing. */
const notedEveryMs = 5 * 60_000;

/** Sessions that one token keeps; the one used longest ago ends first. */
export const sessionsOfToken = 64;

/** Sessions used before this are forgotten. */
export function forgottenBefore(now: string): string {
  return new Date(Date.parse(now) - keptMs).toISOString();
}

/** Whether the use of a session or a token is to be written down again. */
export function isUseNoted(used: string, now: string): boolean {
  return Date.parse(now) - Date.parse(used) > notedEveryMs;
}
