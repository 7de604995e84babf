import type { HostState, HostSummary } from '../api/operator.ts';
import { dayMs } from '../time/durations.ts';

/** An older server's host that was not seen for this long is silent. */
const silentMs = dayMs;

/** When a host was seen, as far as its state depends on it. */
export type Seen = 'never' | 'lately' | 'long ago';

/** The state of a host, from what its last check-in got and `standing`, the state of its last grant. */
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

/** What it reported since the check-in that was answered with a grant. */
function ofOffered(standing: string | null): HostState {
  if (standing === 'failed' || standing === 'fell_back') return 'failed';
  if (standing === 'confirmed') return 'up_to_date';
  return standing === 'cancelled' || standing === 'withdrawn' ? 'held' : 'updating';
}

/** Whether a list of hosts in the requested state includes this one: a host that went silent in its reboot also counts as failed. */
export function isInState(requested: HostState, state: HostState, standing: string | null): boolean {
  return state === requested || (requested === 'failed' && standing === 'silent');
}

function seenIn(seenMs: number | null, now: number): Seen {
  if (seenMs === null) return 'never';
  return now - seenMs > silentMs ? 'long ago' : 'lately';
}

/** The state that the server gave a host; worked out here for older servers, which gave none. */
export function stateOf(host: HostSummary, now = Date.now()): HostState {
  const seenMs = host.lastSeen === null ? null : Date.parse(host.lastSeen);
  return host.state ?? hostState(host.decision, seenIn(seenMs, now), host.standing?.is);
}
