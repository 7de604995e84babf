import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { networkFiles } from '../../../agent/user-data/network/network-files.ts';
import { readDroplet } from '../../../agent/user-data/network/read-droplet.ts';
import { readNetworkConfig } from '../../../agent/user-data/network/read-network-config.ts';
import { readNetworkData } from '../../../agent/user-data/network/read-network-data.ts';
import { writeNetwork } from '../../../agent/user-data/network/write-network.ts';
import { parseYaml } from '../../../agent/user-data/reading/parse-yaml.ts';

const filesOf = (yaml: string) => {
  const plan = readNetworkConfig(parseYaml(Buffer.from(yaml), 'network-config'));
  return Object.fromEntries(networkFiles(plan!).map(({ name, content }) => [name, content]));
};

test('a device by its MAC address, with a name, addresses, routes and name servers of its own', () => {
  const files = filesOf(`
version: 2
ethernets:
  lan0:
    match: {macaddress: "52:54:00:AA:BB:CC"}
    set-name: lan0
    mtu: 9000
    addresses: [192.0.2.10/24, "2001:db8::10/64"]
    gateway4: 192.0.2.1
    routes:
    - {to: "2001:db8:1::/48", via: "2001:db8::1", metric: 50}
    - {to: default, via: "fe80::1", on-link: true}
    nameservers: {addresses: [192.0.2.53, "2001:db8::53"], search: [example.org]}
`);
  expect(files).toEqual({
    '20-user-data-lan0.link': `[Match]
MACAddress=52:54:00:aa:bb:cc
Type=ether

[Link]
Name=lan0
`,
    '20-user-data-lan0.network': `[Match]
MACAddress=52:54:00:aa:bb:cc
Type=ether

[Link]
MTUBytes=9000

[Network]
DHCP=no
Address=192.0.2.10/24
Address=2001:db8::10/64
DNS=192.0.2.53 2001:db8::53
Domains=example.org

[Route]
Destination=0.0.0.0/0
Gateway=192.0.2.1

[Route]
Destination=2001:db8:1::/48
Gateway=2001:db8::1
Metric=50

[Route]
Destination=::/0
Gateway=fe80::1
GatewayOnLink=yes
`,
  });
});

test('a bond of two, a VLAN on it, a bridge over that, and what DHCP may say', () => {
  const files = filesOf(`
network:
  version: 2
  ethernets:
    one: {match: {macaddress: "52:54:00:00:00:01"}}
    two: {match: {name: "enp2*"}}
  bonds:
    bond0: {interfaces: [one, two], parameters: {mode: 802.3ad, lacp-rate: fast, mii-monitor-interval: 100}}
  vlans:
    vlan7: {id: 7, link: bond0}
  bridges:
    br0:
      interfaces: [vlan7]
      parameters: {stp: false}
      dhcp4: true
      dhcp4-overrides: {use-dns: false, route-metric: 200, use-domains: route}
`);
  expect(files['10-user-data-bond0.netdev']).toBe(
    '[NetDev]\nName=bond0\nKind=bond\n\n[Bond]\nMode=802.3ad\nLACPTransmitRate=fast\nMIIMonitorSec=100ms\n',
  );
  expect(files['20-user-data-one.network']).toContain('PermanentMACAddress=52:54:00:00:00:01');
  expect(files['20-user-data-two.network']).toContain('[Match]\nName=enp2*\n');
  for (const name of ['one', 'two']) expect(files[`20-user-data-${name}.network`]).toContain('Bond=bond0\n');
  expect(files['10-user-data-bond0.network']).toContain('VLAN=vlan7\n');
  expect(files['10-user-data-vlan7.netdev']).toContain('[VLAN]\nId=7\n');
  expect(files['10-user-data-vlan7.network']).toContain('Bridge=br0\n');
  expect(files['10-user-data-br0.netdev']).toContain('[Bridge]\nSTP=no\n');
  expect(files['10-user-data-br0.network']).toContain(
    '[DHCPv4]\nClientIdentifier=mac\nUseDNS=no\nUseDomains=route\nRouteMetric=200\n',
  );
});

test('version 1: two devices, static and DHCP, with the name servers of all', () => {
  const files = filesOf(`
version: 1
config:
- {type: physical, name: eth0, mac_address: 96:00:00:00:00:01, subnets: [{type: dhcp4}, {type: static, address: "2001:db8::1/64", gateway: "fe80::1"}]}
- {type: physical, name: eth1, subnets: [{type: static, address: 10.0.0.2, netmask: 255.255.0.0, routes: [{network: 10.8.0.0, netmask: 255.248.0.0, gateway: 10.0.0.1}]}]}
- {type: nameserver, address: [192.0.2.53], search: [example.org]}
`);
  expect(files['20-user-data-eth0.network']).toContain('MACAddress=96:00:00:00:00:01');
  expect(files['20-user-data-eth0.network']).toContain('DHCP=ipv4\nAddress=2001:db8::1/64\nDNS=192.0.2.53\n');
  expect(files['20-user-data-eth1.network']).toContain('[Match]\nName=eth1\n');
  expect(files['20-user-data-eth1.network']).toContain(
    '[Route]\nDestination=10.8.0.0/13\nGateway=10.0.0.1\n',
  );
});

test('OpenStack: a VLAN on a bond, whose ids are no names', () => {
  const plan = readNetworkData({
    links: [
      { id: 'tap-a', type: 'phy', ethernet_mac_address: '52:54:00:00:00:01' },
      { id: 'tap-b', type: 'phy', ethernet_mac_address: '52:54:00:00:00:02' },
      { id: 'x', type: 'bond', bond_links: ['tap-a', 'tap-b'], bond_mode: 4, bond_miimon: 100 },
      { id: 'y', type: 'vlan', vlan_link: 'x', vlan_id: 104, vlan_mac_address: '52:54:00:00:00:03' },
    ],
    networks: [
      {
        id: 'n0',
        link: 'y',
        type: 'ipv4',
        ip_address: '10.184.0.244',
        netmask: '255.255.240.0',
        routes: [{ network: '10.0.0.0', netmask: '255.0.0.0', gateway: '11.0.0.1' }],
      },
      { id: 'n1', link: 'y', type: 'ipv6', ip_address: '2001:cdba::3257:9652/24', gateway: 'fd00::1' },
    ],
    services: [{ type: 'dns', address: '192.0.2.53' }],
  });
  const files = Object.fromEntries(networkFiles(plan).map(({ name, content }) => [name, content]));
  expect(Object.keys(files).toSorted()).toEqual([
    '10-user-data-bond0.netdev',
    '10-user-data-bond0.network',
    '10-user-data-vlan104.netdev',
    '10-user-data-vlan104.network',
    '20-user-data-nic0.network',
    '20-user-data-nic1.network',
  ]);
  expect(files['10-user-data-bond0.netdev']).toContain('Mode=802.3ad\nMIIMonitorSec=100ms\n');
  expect(files['10-user-data-vlan104.network']).toContain(
    'Address=10.184.0.244/20\nAddress=2001:cdba::3257:9652/24\n',
  );
});

test('a droplet’s private device leads nowhere else', () => {
  const plan = readDroplet(
    {
      private: [
        {
          mac: '04:01:58:27:7f:02',
          ipv4: { ip_address: '10.132.75.35', netmask: '255.255.0.0', gateway: '10.132.0.1' },
        },
      ],
    },
    {},
  );
  expect(plan?.links[0]).toMatchObject({ addresses: ['10.132.75.35/16'], routes: [] });
});

test.each([
  [
    'a line of its own in a name',
    'version: 2\nethernets:\n  "a\\n[Network]": {dhcp4: true}\n',
    'is not a name for a network device',
  ],
  [
    'a line of its own in a domain',
    'version: 2\nethernets: {a: {nameservers: {search: ["x\\nDHCP=yes"]}}}\n',
    'is not a domain',
  ],
  ['what is no address', 'version: 2\nethernets: {a: {addresses: [10.0.0.300/8]}}\n', 'is not an IP address'],
  ['too long a prefix', 'version: 2\nethernets: {a: {addresses: [10.0.0.3/33]}}\n', 'is not a prefix length'],
  [
    'a mask with holes',
    'version: 1\nconfig: [{type: physical, name: a, subnets: [{address: 10.0.0.1, netmask: 255.0.255.0}]}]\n',
    'is not a prefix length',
  ],
  [
    'a device that is not there',
    'version: 2\nbonds: {b: {interfaces: [x]}}\n',
    'names x, which is not described',
  ],
  ['wireless', 'version: 2\nwifis: {w: {}}\n', 'is not supported'],
  ['another version', 'version: 3\n', 'is neither 1 nor 2'],
])('refused: %s', (_, yaml, problem) => {
  expect(() => filesOf(yaml)).toThrow(problem);
});

test('a document that would hold the boot while it is read is refused', () => {
  expect(() => parseYaml(Buffer.from('a:\n '.repeat(40_000)), 'meta-data')).toThrow(
    'meta-data: is longer than 131072',
  );
});

test('a document that leaves the network to the image says nothing', () => {
  expect(readNetworkConfig(parseYaml(Buffer.from('network: {config: disabled}'), 'x'))).toBeUndefined();
});

test('written for networkd to read whatever the mask; what an earlier boot’s document said is gone', async () => {
  const root = mkdtempSync(join(tmpdir(), 'interlock-network-'));
  const folder = join(root, 'run/systemd/network');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of ['20-user-data-old.network', '70-other.network']) writeFileSync(join(folder, name), '');
  const before = process.umask(0o077);
  try {
    const plan = readNetworkConfig({ version: 2, ethernets: { a: { dhcp4: true } } });
    await writeNetwork(plan!, root);
    expect(readdirSync(folder).toSorted()).toEqual(['20-user-data-a.network', '70-other.network']);
    expect(statSync(folder).mode & 0o777).toBe(0o755);
    expect(statSync(join(folder, '20-user-data-a.network')).mode & 0o777).toBe(0o644);
  } finally {
    process.umask(before);
    rmSync(root, { recursive: true });
  }
});
