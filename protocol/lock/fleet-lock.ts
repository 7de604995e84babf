import { type Static, Type } from 'typebox';
import { Count, extensible, parseJson, problemOf, strict, Time } from '../schema/schema.ts';

const Id = Type.String({ minLength: 1, maxLength: 128 });

/** A group as FleetLock's clients name it. No slash: every group is one key. */
export const FleetGroup = Type.String({ pattern: '^[a-zA-Z0-9.-]{1,64}$' });

/** The body of both calls of FleetLock. */
export const FleetLockRequest = extensible({ client_params: extensible({ id: Id, group: FleetGroup }) });
export type FleetLockRequest = Static<typeof FleetLockRequest>;

/** A foreign host that holds a place. It says neither boot nor nonce: `nonce` is the server's, new with every call that takes. */
export const FleetHolder = strict({ id: Id, nonce: Type.String({ pattern: '^[0-9a-f]{32}$' }), since: Time });
export type FleetHolder = Static<typeof FleetHolder>;

/** The value of a FleetLock group's key in etcd; it changes only by compare-and-swap on `mod_revision`. */
export const FleetLockValue = strict({
  format: Type.Literal(1),
  slots: Count,
  holders: Type.Array(FleetHolder),
});
export type FleetLockValue = Static<typeof FleetLockValue>;

/** Where FleetLock's groups lie in etcd: never a key of a group of ours, whatever both are called. */
export const fleetLockPrefix = '/interlock/fleetlock/';

/** The etcd key of a FleetLock group. */
export function fleetLockKey(group: string): string {
  return `${fleetLockPrefix}${group}/lock`;
}

/** The group whose key it is, if it is one. */
export function fleetGroupOf(key: string): string | undefined {
  const group = key.slice(fleetLockPrefix.length, -'/lock'.length);
  return key === fleetLockKey(group) && !problemOf(FleetGroup, group) ? group : undefined;
}

/** Reads the lock of a FleetLock group. */
export function parseFleetLockValue(text: string): FleetLockValue {
  return parseJson(FleetLockValue, text, 'FleetLock value');
}
