import type { CheckIn } from '../../../protocol/api/check-in.ts';

/** A grant whose host said that it reboots. */
export interface Departed {
  /** The boot it said so in. */
  boot: string | null;
  /** Root hash of what it had leave to install; null when the release is not known here. */
  goal: string | null;
  /** Root hash it ran when it got leave. */
  from: string | null;
}

/**
 * How a check-in ends a grant: only from another boot than the one that said it reboots, and only when the host is
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
