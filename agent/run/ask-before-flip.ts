import type { Ports } from '../ports/ports.ts';
import type { Target } from '../ports/trust.ts';
import type { PerformContext } from './context.ts';
import { checkInOf } from './describe-host.ts';

/**
 * Asks the server again right before the flip, because the rollout may have stopped while this host waited for its place.
 * Returns why the update must not go on, or null. A grant that has not expired holds while the server does not respond; an
 * operator's order is not asked about.
 */
export async function askBeforeFlip(
  { grant, releaseSha256 }: Target,
  { server, wrong }: Ports,
  context: PerformContext,
): Promise<string | null> {
  if (!server || grant === null) return null;
  // a server that cannot be reached has not withdrawn anything
  const answer = await server.checkIn(checkInOf(context, wrong)).catch(() => null);
  if (!answer) return null;
  const { decision } = answer;
  if ('none' in decision) return describeWithdrawal(decision.none);
  return decision.offer.release === releaseSha256 ? null : `the server offers ${decision.offer.version} now`;
}

/** Why an update under way ends when the server offers nothing now; null when the server is only busy. */
export function describeWithdrawal(reason: string): string | null {
  return reason === 'busy' ? null : `the server withdrew its grant: ${reason}`;
}
