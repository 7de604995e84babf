import type { Seen } from '../../../protocol/rules/host-state.ts';
import { dayMs, minuteMs, secondMs } from '../../../protocol/time/durations.ts';
import type { Watched } from '../rollout/watched.ts';

/** What a host's silence is judged by. */
export interface LastWord {
  /** When it was in contact last, in time watched over. */
  seenMs: number | null;
  /** What it was answered, and the state that its agent was in. */
  decision: string | null;
  at: string | null;
  /** The longest pause between two check-ins that its configuration allows, in seconds; null for earlier agents, which do not say. */
  poll: number | null;
}

/** How often an idle host is asked to check in. */
export const pollSeconds = 300;
/** What an agent uses whose configuration says nothing. */
const usualPoll = 3600;
/** The longest that a busy server sends a host away for. */
const busySeconds = 900;
/** Polls that may be missed: one for an accident, one for a restart. */
const missedPolls = 3;
/** A host that boots and proves itself is out of contact that long. */
export const shortestMs = 15 * minuteMs;
/** A host that writes a release says nothing until it is done; its grant is good for as long. */
const writingMs = dayMs;

/** For how long a host may say nothing before it counts as silent: a small multiple of its own poll. */
export function silentAfterMs({ decision, at, poll }: Omit<LastWord, 'seenMs'>): number {
  const isIdle = at === 'idle' || at === null;
  if (decision === 'offered' && (isIdle || at === 'offered')) return writingMs;
  const own = poll ?? usualPoll;
  const seconds = decision === 'busy' ? busySeconds : isIdle ? Math.min(own, pollSeconds) : own;
  return Math.max(shortestMs, missedPolls * seconds * secondMs);
}

/** The same rule for SQLite, which counts many hosts by it. */
export const silentAfterSql = `CASE WHEN decision = 'offered' AND (at IS NULL OR at IN ('idle', 'offered')) THEN ${writingMs}
  ELSE max(${shortestMs}, ${missedPolls * secondMs} * CASE WHEN decision = 'busy' THEN ${busySeconds}
    WHEN at IS NULL OR at = 'idle' THEN min(coalesce(poll, ${usualPoll}), ${pollSeconds})
    ELSE coalesce(poll, ${usualPoll}) END) END`;

/** When it was seen, as far as its state depends on it: who was not silent when this process began has time to come again. */
export function seenIn(word: LastWord, { ms, sinceMs }: Watched): Seen {
  if (word.seenMs === null) return 'never';
  const dueMs = word.seenMs + silentAfterMs(word);
  if (ms <= dueMs) return 'lately';
  return dueMs <= sinceMs || ms - sinceMs >= shortestMs ? 'long ago' : 'lately';
}

/** True for a host that is silent, as SQL with the parameters `@nowMs` and `@sinceMs`; null for one never seen. */
export const isSilentSql = `(@nowMs > seen_ms + ${silentAfterSql}
  AND (seen_ms + ${silentAfterSql} <= @sinceMs OR @nowMs - @sinceMs >= ${shortestMs}))`;
