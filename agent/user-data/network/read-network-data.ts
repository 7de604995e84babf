import type { LinkPlan, NetworkPlan } from '../ports/network-plan.ts';
import { type Fields, known, listOf, numberOf, refuse, tableOf, textOf, textsOf } from '../reading/fields.ts';
import { addressOf, macOf } from './addresses.ts';
import { checkLinks, newLink } from './new-link.ts';
import { addSubnet } from './read-v1.ts';
import { bondOptions } from './stack-options.ts';

/** Reads OpenStack's `network_data.json`. Devices are told apart by their MAC addresses, and keep their names. */
export function readNetworkData(value: unknown): NetworkPlan {
  const data = tableOf(value, 'network_data');
  const raw = listOf(data.links, 'network_data.links').map((item, index) => {
    const what = `network_data.links[${index}]`;
    const link = tableOf(item, what);
    const id = textOf(link.id, `${what}.id`);
    if (!id) throw refuse(`${what}.id`, 'is missing');
    return { id, link, what };
  });
  const names = nameLinks(raw);
  const links = raw.map(({ id, link, what }) => readLink(id, link, what, names));
  for (const [index, item] of listOf(data.networks, 'network_data.networks').entries()) {
    const what = `network_data.networks[${index}]`;
    const network = tableOf(item, what);
    const name = names.get(textOf(network.link, `${what}.link`) ?? '');
    const link = links.find((each) => each.name === name);
    if (!link) throw refuse(`${what}.link`, 'names no link');
    addNetwork(link, network, what);
  }
  const services = listOf(data.services, 'network_data.services').map((item, index) =>
    tableOf(item, `network_data.services[${index}]`),
  );
  const dns = services
    .filter(({ type }) => type === 'dns')
    .flatMap((service) => serversOf(service, 'network_data.services'));
  return checkLinks({ links, dns, search: [] });
}

/** OpenStack's ids are long names of the other side's devices: here they only tell the plans apart. */
function nameLinks(raw: readonly { id: string; link: Fields }[]): Map<string, string> {
  const names = new Map<string, string>();
  const counts = { bond: 0, nic: 0 };
  for (const { id, link } of raw) {
    const name =
      link.type === 'bond'
        ? `bond${counts.bond++}`
        : link.type === 'vlan'
          ? vlanName(link, names)
          : `nic${counts.nic++}`;
    names.set(id, name);
  }
  return names;
}

function vlanName(link: Fields, taken: ReadonlyMap<string, string>): string {
  const id = numberOf(link.vlan_id, 'network_data.links.vlan_id', 0, 4094) ?? 0;
  const used = [...taken.values()];
  const free = ['', ...'abcdefghijklmnop']
    .map((suffix) => `vlan${id}${suffix}`)
    .find((name) => !used.includes(name));
  if (!free) throw refuse('network_data.links', `VLAN ${id} stands there too often`);
  return free;
}

function readLink(id: string, link: Fields, what: string, names: ReadonlyMap<string, string>): LinkPlan {
  const name = names.get(id)!;
  const named = (value: unknown, key: string) => {
    const other = names.get(textOf(value, `${what}.${key}`) ?? '');
    if (!other) throw refuse(`${what}.${key}`, 'names no link');
    return other;
  };
  const own = macOf(textOf(link.ethernet_mac_address, what) || undefined, `${what}.ethernet_mac_address`);
  const common = known({ mtu: numberOf(link.mtu, `${what}.mtu`, 68, 65_536) });
  if (link.type === 'bond') {
    const members = listOf(link.bond_links, `${what}.bond_links`).map((each) => named(each, 'bond_links'));
    const options = Object.fromEntries(
      Object.entries(link).filter(([key]) => key !== 'bond_links' && key.startsWith('bond')),
    );
    return {
      ...newLink(name),
      ...common,
      ...known({ mac: own }),
      bond: { members, ...bondOptions(options, what) },
    };
  }
  if (link.type === 'vlan') {
    const vlanId = numberOf(link.vlan_id, `${what}.vlan_id`, 0, 4094);
    if (vlanId === undefined) throw refuse(`${what}.vlan_id`, 'is missing');
    const mac = macOf(textOf(link.vlan_mac_address, what), `${what}.vlan_mac_address`);
    return {
      ...newLink(name),
      ...common,
      ...known({ mac }),
      vlan: { id: vlanId, link: named(link.vlan_link, 'vlan_link') },
    };
  }
  if (!own) throw refuse(`${what}.ethernet_mac_address`, 'is missing');
  return { ...newLink(name), ...common, match: { mac: own } };
}

function addNetwork(link: LinkPlan, network: Fields, what: string): void {
  const type = textOf(network.type, `${what}.type`) ?? '';
  link.dns.push(...listOf(network.services, what).flatMap((item) => serversOf(tableOf(item, what), what)));
  const { routes, netmask, gateway } = network;
  const address = network.ip_address;
  if (type === 'ipv4_dhcp') addSubnet(link, { type: 'dhcp4' }, what);
  else if (type === 'ipv6_dhcp') {
    addSubnet(link, { type: 'dhcp6' }, what);
    link.acceptRa = true;
  } else if (['ipv6_slaac', 'ipv6_dhcpv6-stateless', 'ipv6_dhcpv6-stateful'].includes(type))
    addSubnet(link, { type }, what);
  else if (['ipv4', 'ipv6', 'static', 'static6'].includes(type)) {
    addSubnet(link, { type: 'static', address, netmask, gateway, routes }, what);
    if (type.includes('6')) link.acceptRa ??= false;
  } else throw refuse(`${what}.type`, `${type.slice(0, 40) || 'nothing'} is not supported`);
}

function serversOf(service: Fields, what: string): string[] {
  return textsOf(service.address, `${what}.address`).map((text) => addressOf(text, `${what}.address`));
}
