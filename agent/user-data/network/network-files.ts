import type { DhcpOverrides, LinkPlan, NetworkPlan } from '../ports/network-plan.ts';

/** A file of systemd-networkd or udev. */
export interface NetworkFile {
  /** Without a folder. */
  name: string;
  content: string;
}

type Lines = readonly (readonly [key: string, value: string | number | boolean | undefined])[];

/**
 * A plan as files of systemd-networkd, and of udev for names. They come before the image's own (`80-…`), so that a device
 * that the plan does not name stays the image's; the devices that are made come before those that they are made of,
 * whose MAC address they may have.
 */
export function networkFiles(plan: NetworkPlan): NetworkFile[] {
  return plan.links.flatMap((link) => {
    const rank = link.bond || link.bridge || link.vlan ? '10' : '20';
    const file = (ending: string, sections: [string, Lines][]) => {
      const content = sectionsOf(sections);
      return content ? [{ name: `${rank}-user-data-${link.name}.${ending}`, content }] : [];
    };
    return [
      ...file('link', link.setName ? nameSections(link) : []),
      ...file('netdev', deviceSections(link)),
      ...file('network', networkSections(link, plan)),
    ];
  });
}

function matchOf({ name, match, setName, bond, bridge, vlan }: LinkPlan, isMember: boolean): Lines {
  if (bond || bridge || vlan) return [['Name', name]];
  const { mac, name: pattern, driver } = match;
  const isNamed = !mac && !pattern && !driver;
  return [
    // the members of a bond all get its address
    [isMember ? 'PermanentMACAddress' : 'MACAddress', mac],
    // what lies on top of a device has its address, and is no plain one
    ['Type', mac && !isMember ? 'ether' : undefined],
    // once udev has renamed it, the old pattern no longer fits
    ['Name', isNamed ? (setName ?? name) : setName && !mac ? setName : pattern],
    ['Driver', driver],
  ];
}

function nameSections(link: LinkPlan): [string, Lines][] {
  const { mac, name, driver } = link.match;
  return [
    [
      'Match',
      [
        ['MACAddress', mac],
        ['Type', mac ? 'ether' : undefined],
        ['OriginalName', mac || driver ? name : (name ?? link.name)],
        ['Driver', driver],
      ],
    ],
    [
      'Link',
      [
        ['Name', link.setName],
        ['WakeOnLan', link.wakeOnLan ? 'magic' : undefined],
      ],
    ],
  ];
}

function deviceSections({ name, mac, mtu, bond, bridge, vlan }: LinkPlan): [string, Lines][] {
  const kind = bond ? 'bond' : bridge ? 'bridge' : vlan ? 'vlan' : undefined;
  if (!kind) return [];
  const head: Lines = [
    ['Name', name],
    ['Kind', kind],
    ['MACAddress', mac],
    ['MTUBytes', mtu],
  ];
  const options = Object.entries(bond?.options ?? bridge?.options ?? {});
  return [
    ['NetDev', head],
    ['Bond', bond ? [['Mode', bond.mode], ...options] : []],
    ['Bridge', bridge ? options : []],
    ['VLAN', vlan ? [['Id', vlan.id]] : []],
  ];
}

function networkSections(link: LinkPlan, { links, dns, search }: NetworkPlan): [string, Lines][] {
  const bond = links.find((other) => other.bond?.members.includes(link.name));
  const bridge = links.find((other) => other.bridge?.members.includes(link.name));
  const vlans = links.filter((other) => other.vlan?.link === link.name);
  const servers = link.dns.length > 0 ? link.dns : dns;
  const domains = link.search.length > 0 ? link.search : search;
  const isMember = bond !== undefined || bridge !== undefined;
  return [
    ['Match', matchOf(link, bond !== undefined)],
    [
      'Link',
      [
        ['MTUBytes', link.mtu],
        ['MACAddress', link.bond || link.bridge || link.vlan ? undefined : link.mac],
        ['RequiredForOnline', link.optional ? 'no' : undefined],
      ],
    ],
    [
      'Network',
      [
        ['DHCP', dhcpOf(link)],
        ['IPv6AcceptRA', link.acceptRa],
        ['LinkLocalAddressing', isMember ? 'no' : undefined],
        ...link.addresses.map((address) => ['Address', address] as const),
        ['DNS', isMember ? undefined : servers.join(' ') || undefined],
        ['Domains', isMember ? undefined : domains.join(' ') || undefined],
        ['Bond', bond?.name],
        ['Bridge', bridge?.name],
        ...vlans.map(({ name }) => ['VLAN', name] as const),
      ],
    ],
    ['DHCPv4', link.dhcp4 ? [['ClientIdentifier', 'mac'], ...overridesOf(link.dhcp4Overrides, true)] : []],
    ['DHCPv6', link.dhcp6 ? overridesOf(link.dhcp6Overrides, false) : []],
    ...link.routes.map(({ to, via, metric, onLink, table, mtu }): [string, Lines] => [
      'Route',
      [
        ['Destination', to],
        ['Gateway', via],
        ['GatewayOnLink', onLink],
        ['Metric', metric],
        ['Table', table],
        ['MTUBytes', mtu],
      ],
    ]),
  ];
}

function dhcpOf({ dhcp4, dhcp6 }: LinkPlan): string {
  if (dhcp4) return dhcp6 ? 'yes' : 'ipv4';
  return dhcp6 ? 'ipv6' : 'no';
}

/** DHCPv6 says nothing of routes, MTU and the name that is sent. */
function overridesOf(overrides: DhcpOverrides, isV4: boolean): Lines {
  return [
    ['UseDNS', overrides.useDns],
    ['UseDomains', overrides.useDomains],
    ['UseHostname', overrides.useHostname],
    ['UseNTP', overrides.useNtp],
    ...(isV4
      ? ([
          ['UseMTU', overrides.useMtu],
          ['UseRoutes', overrides.useRoutes],
          ['SendHostname', overrides.sendHostname],
          ['Hostname', overrides.hostname],
          ['RouteMetric', overrides.routeMetric],
        ] as const)
      : []),
  ];
}

function sectionsOf(sections: [string, Lines][]): string {
  return sections
    .map(([name, lines]) => [name, lines.filter(([, value]) => value !== undefined)] as const)
    .filter(([, lines]) => lines.length > 0)
    .map(([name, lines]) =>
      [`[${name}]`, ...lines.map(([key, value]) => `${key}=${wordOf(value!)}`), ''].join('\n'),
    )
    .join('\n');
}

function wordOf(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}
