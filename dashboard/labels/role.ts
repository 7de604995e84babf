import type { Role } from '../../protocol/api/operator.ts';

/** What the bearer of a token of each role can do, the least first. */
export const roles: Readonly<Record<Role, string>> = {
  viewer: 'reads everything, changes nothing',
  publisher: 'uploads releases and signed metadata; what hosts run is still decided by keys',
  operator: 'reads everything, and acts on hosts, rollouts, policies and the lock',
  admin: 'does all of this, and manages tokens and enrollment',
  join: 'can only enroll hosts, which then count as approved',
  fleetlock: 'can only take and give back places for hosts that speak FleetLock',
};
