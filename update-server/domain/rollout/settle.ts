import type { CheckIn } from '../../../protocol/api/check-in.ts';
import { endGrant, type GrantEnd, type OpenGrant } from './grant-end.ts';

/** A grant whose host reported that it reboots. */
export interface Departed {
  /** The boot it reported so in. */
  boot: string | null;
  /** Root hash of what it was granted; null when the release is not known here. */
  goal: string | null;
  /** Root hash it ran when it was granted. */
  from: string | null;
}

/**
 * How a check-in ends a grant: only from another boot than the one that reported it, and only when the host is
 * idle. A root that is neither where it went nor where it came from is shown, and decides nothing.
 */
export function endBy(
  { boot, goal, from }: Departed,
  { bootId, at, rootHash }: Pick<CheckIn, 'bootId' | 'at' | 'rootHash'>,
): 'confirmed' | 'fell_back' | 'odd' | null {
  if (boot === null || bootId === boot || at !== 'idle') return null;
  if (rootHash === goal) return 'confirmed';
  return rootHash === from ? 'fell_back' : 'odd';
}

/** What the check-in of a host that rebooted settles: how its grant ends, or the odd root it came back on. */
export function settleReturn(
  grant: OpenGrant & Departed,
  checkIn: Pick<CheckIn, 'bootId' | 'at' | 'rootHash'>,
  now: string,
): { end: GrantEnd | null; oddRoot: string | null } {
  const ended = endBy(grant, checkIn);
  if (ended === null) return { end: null, oddRoot: null };
  if (ended === 'odd') return { end: null, oddRoot: checkIn.rootHash };
  return { end: endGrant(grant, ended, 'check_in', now), oddRoot: null };
}
