import type { HostState } from '../../protocol/desk.ts';
import type { HostSummary } from '../../protocol/operator.ts';

/** A host that was not seen for this long is silent: agents ask every five minutes. */
export const silentMs = 86_400_000;

/** Says in one word where a host stands. */
export function hostState(
  decision: HostSummary['decision'],
  seen: 'never' | 'lately' | 'long ago',
): HostState {
  if (seen === 'never' || decision === null) return 'new';
  if (seen === 'long ago') return 'silent';
  switch (decision) {
    case 'up_to_date':
      return 'up_to_date';
    case 'offered':
      return 'updating';
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
