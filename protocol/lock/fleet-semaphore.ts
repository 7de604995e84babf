import type { FleetHolder, FleetLockValue } from './fleet-lock.ts';

/** A group that has no places yet: only an operator gives it some. */
export const noPlaces: FleetLockValue = { format: 1, slots: 0, holders: [] };

/**
 * Takes a place for a host, or takes its own again, as FleetLock wants of a repeated call. Every call writes its own nonce:
 * whatever was sent for this host before compares an older value, and can no longer give the place back.
 */
export function takePlace(
  value: FleetLockValue,
  wanted: FleetHolder,
): { value: FleetLockValue } | { refused: 'full' } {
  const own = holderOf(value, wanted.id);
  if (!own && value.holders.length >= value.slots) return { refused: 'full' };
  const holder = own ? { ...wanted, since: own.since } : wanted;
  return { value: { ...value, holders: [...others(value, wanted.id), holder] } };
}

/**
 * Gives a host's place back if it still is the one that was there when the call began, or if there was none: a place that
 * was taken meanwhile is a newer one. Giving back nothing is no failure.
 */
export function givePlace(value: FleetLockValue, id: string, nonce: string | undefined): FleetLockValue {
  return holderOf(value, id)?.nonce === nonce ? removePlace(value, id) : value;
}

/** Takes a host's place away, whichever it is: what an operator decides. */
export function removePlace(value: FleetLockValue, id: string): FleetLockValue {
  return { ...value, holders: others(value, id) };
}

/** The nonce of a host's place, if it has one. */
export function nonceOf(value: FleetLockValue, id: string): string | undefined {
  return holderOf(value, id)?.nonce;
}

function holderOf(value: FleetLockValue, id: string): FleetHolder | undefined {
  return value.holders.find((holder) => holder.id === id);
}

function others(value: FleetLockValue, id: string): FleetHolder[] {
  return value.holders.filter((holder) => holder.id !== id);
}
