import type { HostState, HostSummary } from '../../../protocol/api/operator.ts';
import { dayMs } from '../../../protocol/time/durations.ts';

/** A host that was not seen for this long is silent: agents ask every five minutes. */
export const silentMs = dayMs;

/** When a host was seen, as far as its state depends on it. */
export type Seen = 'never' | 'lately' | 'long ago';

/** Says in one word where a host stands. `standing`: where its last grant does. */
export function hostState(
  decision: HostSummary['decision'],
  seen: Seen,
  standing: string | null = null,
): HostState {
  if (seen === 'never' || decision === null) return 'new';
  if (seen === 'long ago' || standing === 'silent') return 'silent';
  if (decision === 'offered') return ofOffered(standing);
  switch (decision) {
    case 'up_to_date':
      return 'up_to_date';
    case 'failed_here':
      return 'failed';
    case 'cancelled_here':
    case 'held':
    case 'pinned':
      return 'held';
    default:
      return 'waiting';
  }
}

/** What it reported since the check-in that was answered with leave. */
function ofOffered(standing: string | null): HostState {
  if (standing === 'failed' || standing === 'fell_back') return 'failed';
  if (standing === 'confirmed') return 'up_to_date';
  return standing === 'cancelled' || standing === 'withdrawn' ? 'held' : 'updating';
}

/** Whether a list of hosts in that state shows this one: whoever fell silent in its reboot is counted as failed, too. */
export function isInState(wanted: HostState, state: HostState, standing: string | null): boolean {
  return state === wanted || (wanted === 'failed' && standing === 'silent');
}

/** The same from how long ago it was seen, in time watched over. */
export function seenIn(seenMs: number | null, watchedMs: number): Seen {
  if (seenMs === null) return 'never';
  return watchedMs - seenMs > silentMs ? 'long ago' : 'lately';
}
