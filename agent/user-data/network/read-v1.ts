import type { LinkPlan, NetworkPlan, RoutePlan } from '../ports/network-plan.ts';
import {
  type Fields,
  known,
  listOf,
  numberOf,
  refuse,
  switchOf,
  tableOf,
  textOf,
  textsOf,
} from '../reading/fields.ts';
import { addressOf, deviceOf, domainsOf, everywhere, macOf, prefixedOf } from './addresses.ts';
import { checkLinks, newLink } from './new-link.ts';
import { bondOptions, bridgeOptions } from './stack-options.ts';

/** Reads cloud-init's network configuration of version 1: a list of devices, name servers and routes. */
export function readV1(config: Fields): NetworkPlan {
  const plan: NetworkPlan = { links: [], dns: [], search: [] };
  const routes: RoutePlan[] = [];
  for (const [index, value] of listOf(config.config, 'network.config').entries()) {
    const what = `network.config[${index}]`;
    const item = tableOf(value, what);
    const type = textOf(item.type, `${what}.type`);
    if (type === 'loopback') continue;
    if (type === 'nameserver') readNameServer(item, what, plan);
    else if (type === 'route') routes.push(readRoute(item, what));
    else plan.links.push(readLink(type, item, what));
  }
  // a route names no device: it goes by the one whose network has its gateway, which the kernel finds from any
  const [first] = plan.links;
  if (routes.length > 0 && !first) throw refuse('network.config', 'has a route and no device');
  first?.routes.push(...routes);
  return checkLinks(plan);
}

function readNameServer(item: Fields, what: string, plan: NetworkPlan): void {
  const dns = textsOf(item.address, `${what}.address`).map((text) => addressOf(text, `${what}.address`));
  const search = domainsOf(textsOf(item.search, `${what}.search`), `${what}.search`);
  const device = textOf(item.interface, `${what}.interface`);
  const target = device === undefined ? plan : plan.links.find(({ name }) => name === device);
  if (!target) throw refuse(`${what}.interface`, `${device?.slice(0, 40)} is not described before it`);
  target.dns.push(...dns);
  target.search.push(...search);
}

function readLink(type: string | undefined, item: Fields, what: string): LinkPlan {
  const name = deviceOf(textOf(item.name, `${what}.name`), `${what}.name`);
  const mac = macOf(textOf(item.mac_address, `${what}.mac_address`), `${what}.mac_address`);
  const isReal = type === 'physical' || type === 'infiniband';
  const link: LinkPlan = {
    ...newLink(name),
    ...known({
      match: isReal && mac ? { mac } : {},
      setName: isReal && mac ? name : undefined,
      mac: isReal ? undefined : mac,
      mtu: numberOf(item.mtu, `${what}.mtu`, 68, 65_536),
      acceptRa: switchOf(item['accept-ra'], `${what}.accept-ra`),
      wakeOnLan: switchOf(item.wakeonlan, `${what}.wakeonlan`),
      ...stackOf(type, item, what),
    }),
  };
  for (const [index, subnet] of listOf(item.subnets, `${what}.subnets`).entries()) {
    addSubnet(link, tableOf(subnet, `${what}.subnets[${index}]`), `${what}.subnets[${index}]`);
  }
  return link;
}

function stackOf(
  type: string | undefined,
  item: Fields,
  what: string,
): Pick<Partial<LinkPlan>, 'bond' | 'bridge' | 'vlan'> {
  const members = (key: string) =>
    textsOf(item[key], `${what}.${key}`).map((name) => deviceOf(name, `${what}.${key}`));
  const params = tableOf(item.params, `${what}.params`);
  switch (type) {
    case 'physical':
    case 'infiniband':
      return {};
    case 'bond':
      return { bond: { members: members('bond_interfaces'), ...bondOptions(params, `${what}.params`) } };
    case 'bridge':
      return {
        bridge: { members: members('bridge_interfaces'), options: bridgeOptions(params, `${what}.params`) },
      };
    case 'vlan': {
      const id = numberOf(item.vlan_id, `${what}.vlan_id`, 0, 4094);
      if (id === undefined) throw refuse(`${what}.vlan_id`, 'is missing');
      return { vlan: { id, link: deviceOf(textOf(item.vlan_link, what), `${what}.vlan_link`) } };
    }
    default:
      throw refuse(`${what}.type`, `${(type ?? 'nothing').slice(0, 40)} is not supported`);
  }
}

/** Adds what a subnet says to its device; also used for what other clouds describe in the same words. */
export function addSubnet(link: LinkPlan, subnet: Fields, what: string): void {
  const type = textOf(subnet.type, `${what}.type`) ?? 'static';
  if (type === 'dhcp' || type === 'dhcp4') link.dhcp4 = true;
  else if (type === 'dhcp6' || type === 'ipv6_dhcpv6-stateful') link.dhcp6 = true;
  else if (type === 'ipv6_slaac' || type === 'ipv6_dhcpv6-stateless') link.acceptRa = true;
  else if (!['static', 'static4', 'static6', 'manual'].includes(type)) {
    throw refuse(`${what}.type`, `${type.slice(0, 40)} is not supported`);
  }
  if (type === 'ipv6_dhcpv6-stateful') link.acceptRa = true;
  const address = textOf(subnet.address, `${what}.address`);
  const mask = textOf(subnet.netmask ?? subnet.prefix, `${what}.netmask`);
  if (address !== undefined) link.addresses.push(prefixedOf(address, mask, `${what}.address`));
  const gateway = textOf(subnet.gateway, `${what}.gateway`);
  if (gateway) {
    const via = addressOf(gateway, `${what}.gateway`);
    link.routes.push({ to: everywhere(via), via });
  }
  for (const [index, route] of listOf(subnet.routes, `${what}.routes`).entries()) {
    const place = `${what}.routes[${index}]`;
    link.routes.push(readRoute(tableOf(route, place), place));
  }
  const servers = textsOf(subnet.dns_nameservers, `${what}.dns_nameservers`);
  link.dns.push(...servers.map((text) => addressOf(text, `${what}.dns_nameservers`)));
  link.search.push(...domainsOf(textsOf(subnet.dns_search, `${what}.dns_search`), `${what}.dns_search`));
}

function readRoute(route: Fields, what: string): RoutePlan {
  const target = textOf(route.destination ?? route.network ?? route.to, `${what}.destination`);
  const via = textOf(route.gateway ?? route.via, `${what}.gateway`);
  const mask = textOf(route.netmask ?? route.prefix, `${what}.netmask`);
  if (target === undefined) throw refuse(`${what}.destination`, 'is missing');
  return known({
    to: prefixedOf(target, mask, `${what}.destination`),
    via: via ? addressOf(via, `${what}.gateway`) : undefined,
    metric: numberOf(route.metric, `${what}.metric`, 0, 4_294_967_295),
  }) as RoutePlan;
}
