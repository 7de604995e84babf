import type { LinkPlan, NetworkPlan } from '../ports/network-plan.ts';
import { refuse } from '../reading/fields.ts';

/** A device of which nothing is known but its name. */
export function newLink(name: string): LinkPlan {
  return {
    name,
    match: {},
    dhcp4: false,
    dhcp6: false,
    dhcp4Overrides: {},
    dhcp6Overrides: {},
    addresses: [],
    routes: [],
    dns: [],
    search: [],
  };
}

/** Throws for a plan in which a device is described twice, or names another that does not exist. */
export function checkLinks(plan: NetworkPlan): NetworkPlan {
  const names = new Set<string>();
  for (const { name } of plan.links) {
    if (names.has(name)) throw refuse('network', `${name} is described twice`);
    names.add(name);
  }
  for (const { name, bond, bridge, vlan } of plan.links) {
    const others = [...(bond?.members ?? []), ...(bridge?.members ?? []), ...(vlan ? [vlan.link] : [])];
    const unknown = others.find((other) => !names.has(other));
    if (unknown !== undefined) throw refuse('network', `${name} names ${unknown}, which is not described`);
  }
  return plan;
}
