import type { DhcpOverrides, LinkPlan, NetworkPlan, RoutePlan } from '../ports/network-plan.ts';
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

const kinds = ['ethernets', 'bonds', 'bridges', 'vlans'] as const;

/** Reads network configuration of version 2, cloud-init's part of netplan. */
export function readV2(config: Fields): NetworkPlan {
  const unread = ['wifis', 'tunnels', 'modems', 'vrfs'].find((kind) => config[kind] !== undefined);
  if (unread) throw refuse(`network.${unread}`, 'is not supported: write files for systemd-networkd');
  const links = kinds.flatMap((kind) =>
    Object.entries(tableOf(config[kind], `network.${kind}`)).map(([name, value]) =>
      readLink(kind, name, tableOf(value, `network.${kind}.${name}`)),
    ),
  );
  const { dns, search } = readNameServers(config.nameservers, 'network.nameservers');
  return checkLinks({ links, dns, search });
}

function readLink(kind: (typeof kinds)[number], name: string, link: Fields): LinkPlan {
  const what = `network.${kind}.${name.slice(0, 40)}`;
  const match = tableOf(link.match, `${what}.match`);
  const addresses = readAddresses(link.addresses, `${what}.addresses`);
  return {
    ...newLink(deviceOf(name, what)),
    ...known({
      match: known({
        mac: macOf(textOf(match.macaddress, what), `${what}.match.macaddress`),
        name: patternOf(textOf(match.name, what), `${what}.match.name`),
        driver: patternOf(textOf(match.driver, what), `${what}.match.driver`),
      }) as LinkPlan['match'],
      setName:
        link['set-name'] === undefined
          ? undefined
          : deviceOf(textOf(link['set-name'], what), `${what}.set-name`),
      mtu: numberOf(link.mtu, `${what}.mtu`, 68, 65_536),
      mac: macOf(textOf(link.macaddress, what), `${what}.macaddress`),
      dhcp4: switchOf(link.dhcp4, `${what}.dhcp4`) ?? false,
      dhcp6: switchOf(link.dhcp6, `${what}.dhcp6`) ?? false,
      acceptRa: switchOf(link['accept-ra'], `${what}.accept-ra`),
      optional: switchOf(link.optional, `${what}.optional`),
      wakeOnLan: switchOf(link.wakeonlan, `${what}.wakeonlan`),
      dhcp4Overrides: readOverrides(link['dhcp4-overrides'], `${what}.dhcp4-overrides`),
      dhcp6Overrides: readOverrides(link['dhcp6-overrides'], `${what}.dhcp6-overrides`),
      addresses,
      routes: readRoutes(link, what),
      ...readNameServers(link.nameservers, `${what}.nameservers`),
      ...stackOf(kind, link, what),
    }),
  };
}

function stackOf(
  kind: (typeof kinds)[number],
  link: Fields,
  what: string,
): Pick<Partial<LinkPlan>, 'bond' | 'bridge' | 'vlan'> {
  const members = () =>
    textsOf(link.interfaces, `${what}.interfaces`).map((name) => deviceOf(name, `${what}.interfaces`));
  const parameters = tableOf(link.parameters, `${what}.parameters`);
  switch (kind) {
    case 'ethernets':
      return {};
    case 'bonds':
      return { bond: { members: members(), ...bondOptions(parameters, `${what}.parameters`) } };
    case 'bridges':
      return { bridge: { members: members(), options: bridgeOptions(parameters, `${what}.parameters`) } };
    case 'vlans': {
      const id = numberOf(link.id, `${what}.id`, 0, 4094);
      if (id === undefined) throw refuse(`${what}.id`, 'is missing');
      return { vlan: { id, link: deviceOf(textOf(link.link, what), `${what}.link`) } };
    }
  }
}

function readAddresses(value: unknown, what: string): string[] {
  return listOf(value, what).flatMap((item, index) => {
    // netplan takes a table with options of the address, which networkd's files have no place for here
    const texts =
      typeof item === 'object' && item !== null
        ? Object.keys(item)
        : [textOf(item, `${what}[${index}]`) ?? ''];
    return texts.map((text) => prefixedOf(text, undefined, `${what}[${index}]`));
  });
}

function readRoutes(link: Fields, what: string): RoutePlan[] {
  const gateways = [link.gateway4, link.gateway6].flatMap((value) => {
    const text = textOf(value, `${what}.gateway`);
    if (text === undefined) return [];
    const via = addressOf(text, `${what}.gateway`);
    return [{ to: everywhere(via), via }];
  });
  const routes = listOf(link.routes, `${what}.routes`).map((item, index) =>
    readRoute(tableOf(item, `${what}.routes[${index}]`), `${what}.routes[${index}]`),
  );
  return [...gateways, ...routes];
}

function readRoute(route: Fields, what: string): RoutePlan {
  const via = textOf(route.via, `${what}.via`);
  const to = textOf(route.to, `${what}.to`) ?? 'default';
  if (to === 'default' && via === undefined) throw refuse(what, 'has neither to nor via');
  return known({
    to: ['default', '0/0'].includes(to)
      ? everywhere(via ?? '0.0.0.0')
      : prefixedOf(to, undefined, `${what}.to`),
    via: via === undefined ? undefined : addressOf(via, `${what}.via`),
    metric: numberOf(route.metric, `${what}.metric`, 0, 4_294_967_295),
    onLink: switchOf(route['on-link'], `${what}.on-link`),
    table: numberOf(route.table, `${what}.table`, 1, 4_294_967_295),
    mtu: numberOf(route.mtu, `${what}.mtu`, 68, 65_536),
  }) as RoutePlan;
}

function readNameServers(value: unknown, what: string): { dns: string[]; search: string[] } {
  const servers = Array.isArray(value) ? { addresses: value } : tableOf(value, what);
  return {
    dns: textsOf(servers.addresses, `${what}.addresses`).map((text) => addressOf(text, `${what}.addresses`)),
    search: domainsOf(textsOf(servers.search, `${what}.search`), `${what}.search`),
  };
}

function readOverrides(value: unknown, what: string): DhcpOverrides {
  const overrides = tableOf(value, what);
  const flag = (key: string) => switchOf(overrides[key], `${what}.${key}`);
  const hostname = textOf(overrides.hostname, `${what}.hostname`);
  if (hostname !== undefined) domainsOf([hostname], `${what}.hostname`);
  return known({
    useDns: flag('use-dns'),
    useDomains: overrides['use-domains'] === 'route' ? ('route' as const) : flag('use-domains'),
    useHostname: flag('use-hostname'),
    useMtu: flag('use-mtu'),
    useNtp: flag('use-ntp'),
    useRoutes: flag('use-routes'),
    sendHostname: flag('send-hostname'),
    hostname,
    routeMetric: numberOf(overrides['route-metric'], `${what}.route-metric`, 0, 4_294_967_295),
  }) as DhcpOverrides;
}

function patternOf(text: string | undefined, what: string): string | undefined {
  if (text === undefined) return undefined;
  if (/^[A-Za-z0-9._*?[\]!-]{1,40}$/.test(text)) return text;
  throw refuse(what, `${JSON.stringify(text.slice(0, 80))} is not a pattern for a name`);
}
