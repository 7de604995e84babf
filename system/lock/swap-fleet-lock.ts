import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type FleetLockValue, fleetLockKey, parseFleetLockValue } from '../../protocol/lock/fleet-lock.ts';
import { noPlaces, removePlace } from '../../protocol/lock/fleet-semaphore.ts';
import type { Etcd, Stored } from '../etcd/etcd.ts';
import { type SwapResult, swapValue } from './swap-value.ts';

/** Changes the value of a FleetLock group that an operator has given places. Throws `fleetlock_group`. */
export function swapFleetLock<Refused extends { refused: string } = never>(
  etcd: Etcd,
  group: string,
  change: (value: FleetLockValue) => { value: FleetLockValue } | Refused,
): Promise<SwapResult<FleetLockValue, Refused>> {
  return swapValue(etcd, { key: fleetLockKey(group), read: (found) => fleetLockOf(found, group) }, change);
}

/** Sets how many foreign hosts of a group may be down at once, and so lets the group exist. */
export async function setFleetSlots(etcd: Etcd, group: string, slots: number): Promise<FleetLockValue> {
  const read = (found: Stored | null) => (found ? fleetLockOf(found, group) : noPlaces);
  const { value } = await swapValue(etcd, { key: fleetLockKey(group), read }, (before) => ({
    value: { ...before, slots },
  }));
  return value;
}

/** Takes a place away from a foreign host that will not come back; `find` says which holder is meant. Throws `not_found`. */
export async function forceFleetOut(
  etcd: Etcd,
  group: string,
  text: string,
  find: (ids: readonly string[]) => string | undefined,
): Promise<FleetLockValue> {
  let taken: string | undefined;
  const { value } = await swapFleetLock(etcd, group, (found) => {
    taken = find(found.holders.map(({ id }) => id)) ?? taken;
    if (!taken)
      throw new InterlockError('not_found', { what: `a place of ${text} in FleetLock group ${group}` });
    return { value: removePlace(found, taken) };
  });
  return value;
}

/** Reads a FleetLock group's lock for people. Throws `fleetlock_group`, `lock_damaged`. */
export async function readFleetLock(etcd: Etcd, group: string): Promise<FleetLockValue> {
  const { found } = await etcd.read(fleetLockKey(group));
  return fleetLockOf(found, group);
}

/** The value of a FleetLock group's key. Throws `fleetlock_group` without one, and `lock_damaged`. */
export function fleetLockOf(found: Stored | null, group: string): FleetLockValue {
  if (!found) throw new InterlockError('fleetlock_group', { group });
  try {
    return parseFleetLockValue(found.text);
  } catch (error) {
    const problem = (error as Error).message;
    throw new InterlockError('fleetlock_damaged', { group, key: fleetLockKey(group), problem });
  }
}
