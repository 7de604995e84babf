import { beforeAll, describe, expect, test } from 'vitest';
import { askServices } from '../../support/user-data/ask-service.ts';
import type { Outcome, Reply, Scenario } from '../../support/user-data/scenario.ts';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHNvbWVrZXk= me';
const config = '#cloud-config\nhostname: one\n';
const json = (path: string, value: unknown, more: Partial<Reply> = {}): Reply => ({
  path,
  type: 'application/json',
  body: JSON.stringify(value),
  ...more,
});

const token = { 'x-aws-ec2-metadata-token': 'TOKEN' };
const ec2: Reply[] = [
  {
    method: 'PUT',
    path: '/latest/api/token',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '300' },
    body: 'TOKEN',
  },
  { path: '/latest/meta-data/instance-id', headers: token, body: 'i-0abc' },
  { path: '/latest/meta-data/local-hostname', headers: token, body: 'ip-10-0-0-1.ec2.internal' },
  { path: '/latest/meta-data/public-keys/', headers: token, body: '0=mine' },
  { path: '/latest/meta-data/public-keys/0/openssh-key', headers: token, body: `${key}\n` },
  { path: '/latest/user-data', headers: token, type: 'application/octet-stream', body: config },
];
const amazon = { sysVendor: 'Amazon EC2' };
const without = (path: string) => ec2.filter((reply) => reply.path !== path);
const withUserData = (reply: Partial<Reply>) => [
  ...without('/latest/user-data'),
  { path: '/latest/user-data', headers: token, ...reply },
];

const flavor = { 'metadata-flavor': 'Google' };
const gce = (attributes: object, project: object = {}): Reply[] => [
  { path: '/computeMetadata/v1/', headers: flavor, body: 'instance/' },
  { path: '/computeMetadata/v1/instance/id', headers: flavor, body: '4711' },
  { path: '/computeMetadata/v1/instance/hostname', headers: flavor, body: 'one.c.project.internal' },
  json('/computeMetadata/v1/instance/attributes/?recursive=true&alt=json', attributes, { headers: flavor }),
  json('/computeMetadata/v1/project/attributes/?recursive=true&alt=json', project, { headers: flavor }),
];
const goalState =
  '<GoalState><Incarnation>7</Incarnation><Container><ContainerId>c-1</ContainerId><RoleInstanceList><RoleInstance><InstanceId>_one</InstanceId></RoleInstance></RoleInstanceList></Container></GoalState>';

const scenarios = {
  ec2: { replies: ec2, machine: amazon },
  'ec2 on IPv6 alone': { addresses: ['fd00:ec2::254'], replies: ec2, machine: { biosVersion: '4.2.amazon' } },
  'without user-data': { replies: without('/latest/user-data'), machine: amazon },
  'slow, but in time': { replies: withUserData({ body: config, delay: 400 }), machine: amazon },
  'failing twice first': { replies: withUserData({ body: config, failures: 2 }), machine: amazon },
  'never answering': { replies: withUserData({ hangs: true }), machine: amazon, deadlineMs: 800 },
  'nobody there': { addresses: [], replies: [], machine: amazon, deadlineMs: 500 },
  'a page of a portal': {
    replies: withUserData({ type: 'text/html', body: '<!DOCTYPE html><html>Log in</html>' }),
    machine: amazon,
  },
  'a portal that gives its page for everything': {
    replies: ec2.map((reply) => ({
      ...reply,
      type: 'text/html',
      body: '\n<html><a href="/login">Log in</a></html>',
    })),
    machine: amazon,
  },
  'a portal that calls its page a text': {
    replies: ec2.map(({ headers: _, ...reply }) => ({
      ...reply,
      body: '<html> <a href="/login">Log in</a></html>',
    })),
    machine: amazon,
  },
  'a redirect elsewhere': {
    replies: withUserData({ status: 302, location: 'http://192.0.2.1/latest/user-data' }),
    machine: amazon,
  },
  'too long an answer': { replies: withUserData({ bytes: 5 * 1024 * 1024 }), machine: amazon },
  'a packed answer that nobody asked for': {
    replies: withUserData({ body: 'x', encoding: 'gzip' }),
    machine: amazon,
  },
  'cut off': {
    replies: withUserData({ body: '#cloud-config\n', truncated: true }),
    machine: amazon,
    deadlineMs: 800,
  },
  'without an id': { replies: without('/latest/meta-data/instance-id'), machine: amazon },
  'forbidden by an old token': {
    replies: withUserData({ body: config, headers: { 'x-aws-ec2-metadata-token': 'OTHER' } }),
    machine: amazon,
  },
  gce: {
    replies: gce(
      { 'user-data': Buffer.from(config).toString('base64'), 'user-data-encoding': 'base64' },
      {
        'ssh-keys': `root:${key}\nguest:${key}x\nroot:${key} google-ssh {"expireOn":"2020-01-01T00:00:00+0000"}`,
      },
    ),
    machine: { productName: 'Google Compute Engine' },
  },
  'gce with text for JSON': {
    replies: [
      ...gce({}).slice(0, 3),
      {
        path: '/computeMetadata/v1/instance/attributes/?recursive=true&alt=json',
        headers: flavor,
        body: 'user-data',
      },
    ],
    machine: { productSerial: 'GoogleCloud-1' },
  },
  azure: {
    addresses: ['169.254.169.254', '168.63.129.16'],
    replies: [
      json(
        '/metadata/instance?api-version=2021-08-01',
        {
          compute: {
            vmId: '02AAB8A4-74EF-476E-8182-F6D2BA4166A6',
            name: 'one',
            userData: Buffer.from(config).toString('base64'),
            publicKeys: [{ keyData: `${key}\r\n` }],
            osProfile: { computerName: 'one' },
          },
        },
        { headers: { metadata: 'true' } },
      ),
      { path: '/?comp=versions', body: '<Versions/>', type: 'text/xml' },
      {
        path: '/machine/?comp=goalstate',
        headers: { 'x-ms-version': '2012-11-30' },
        body: goalState,
        type: 'text/xml',
      },
      { method: 'POST', path: '/machine/?comp=health', headers: { 'x-ms-version': '2012-11-30' } },
    ],
    machine: { chassisAssetTag: '7783-7084-3265-9085-8269-3286-77' },
    reports: true,
  },
  openstack: {
    replies: [
      { path: '/openstack', body: 'latest\n' },
      json('/openstack/latest/meta_data.json', {
        uuid: 'u-1',
        hostname: 'one.novalocal',
        public_keys: { mine: key },
      }),
      { path: '/openstack/latest/user_data', body: config },
      json('/openstack/latest/network_data.json', {
        links: [{ id: 'tap1', type: 'ovs', ethernet_mac_address: 'FA:16:3E:00:00:01', mtu: 1450 }],
        networks: [{ id: 'n', link: 'tap1', type: 'ipv4_dhcp' }],
        services: [{ type: 'dns', address: '192.0.2.53' }],
      }),
    ],
    machine: { productName: 'OpenStack Nova' },
  },
  digitalocean: {
    replies: [
      { path: '/metadata/v1/id', body: '99' },
      json('/metadata/v1.json', {
        droplet_id: 99,
        hostname: 'one',
        user_data: config,
        public_keys: [key],
        interfaces: {
          public: [
            {
              mac: '04:01:58:27:7f:01',
              type: 'public',
              ipv4: { ip_address: '192.0.2.9', netmask: '255.255.240.0', gateway: '192.0.2.1' },
              anchor_ipv4: { ip_address: '10.17.0.9', netmask: '255.255.0.0', gateway: '10.17.0.1' },
            },
          ],
        },
        dns: { nameservers: ['192.0.2.53'] },
      }),
    ],
    machine: { sysVendor: 'DigitalOcean' },
  },
  hetzner: {
    replies: [
      { path: '/hetzner/v1/metadata/instance-id', body: '42' },
      {
        path: '/hetzner/v1/metadata',
        body: `hostname: one\ninstance-id: 42\npublic-keys:\n- ${key}\nnetwork-config:\n  version: 1\n  config:\n  - type: physical\n    name: eth0\n    mac_address: 96:00:00:00:00:01\n    subnets: [{type: dhcp, ipv4: true}, {type: static, address: "2001:db8::1/64", gateway: "fe80::1"}]\n`,
      },
      { path: '/hetzner/v1/userdata', body: Buffer.from(config).toString('base64') },
    ],
    machine: { sysVendor: 'Hetzner' },
  },
  vultr: {
    replies: [
      json(
        '/v1.json',
        {
          'instance-v2-id': 'v-1',
          instanceid: '1',
          hostname: 'one',
          'public-keys': [key],
          interfaces: [
            { mac: '56:00:00:00:00:01', 'network-type': 'public' },
            { mac: '56:00:00:00:00:02', ipv4: { address: '10.1.96.3', netmask: '255.255.240.0' } },
          ],
        },
        { headers: { 'metadata-token': 'vultr' } },
      ),
      { path: '/latest/user-data', headers: { 'metadata-token': 'vultr' }, body: config },
    ],
    machine: { sysVendor: 'Vultr' },
  },
  scaleway: {
    addresses: ['169.254.42.42', 'fd00:42::42'],
    replies: [
      json('/conf?format=json', {
        id: 's-1',
        hostname: 'one',
        ssh_public_keys: [{ key }],
        tags: ['AUTHORIZED_KEY=ssh-ed25519_AAAAC3Nz', 'web'],
      }),
      { path: '/user_data/cloud-init', privileged: true, body: config },
    ],
    machine: { sysVendor: 'Scaleway' },
  },
  'NoCloud by a URL': {
    replies: [
      { path: '/seed/meta-data', body: 'instance-id: from-web\nlocal-hostname: web\n' },
      { path: '/seed/user-data', body: config },
    ],
    machine: { productSerial: 'ds=nocloud;s=http://169.254.169.254/seed;h=one', productUuid: 'uuid-1' },
  },
  'an unknown machine': { replies: ec2, machine: { sysVendor: 'QEMU' } },
  'an unknown machine that is told to try two': {
    replies: ec2,
    machine: { sysVendor: 'QEMU' },
    sources: ['gce', 'ec2'],
    deadlineMs: 1000,
  },
} satisfies Record<string, Scenario>;

let outcomes: Record<string, Outcome>;
beforeAll(async () => {
  const names = Object.keys(scenarios);
  const all = await askServices(Object.values(scenarios));
  outcomes = Object.fromEntries(names.map((name, index) => [name, all[index]!]));
}, 90_000);

const of = (name: keyof typeof scenarios) => outcomes[name]!;

describe('each cloud is read', () => {
  const clouds = [
    ['ec2', { instanceId: 'i-0abc', hostname: 'ip-10-0-0-1.ec2.internal', sshKeys: [key] }],
    ['ec2 on IPv6 alone', { instanceId: 'i-0abc' }],
    ['gce', { instanceId: '4711', hostname: 'one', sshKeys: [key] }],
    ['azure', { instanceId: '02aab8a4-74ef-476e-8182-f6d2ba4166a6', hostname: 'one', sshKeys: [key] }],
    ['openstack', { instanceId: 'u-1', hostname: 'one.novalocal', sshKeys: [key] }],
    ['digitalocean', { instanceId: '99', hostname: 'one', sshKeys: [key] }],
    ['hetzner', { instanceId: '42', hostname: 'one', sshKeys: [key] }],
    ['vultr', { instanceId: 'v-1', hostname: 'one', sshKeys: [key] }],
    ['scaleway', { instanceId: 's-1', hostname: 'one', sshKeys: [key, 'ssh-ed25519 AAAAC3Nz'] }],
    ['NoCloud by a URL', { instanceId: 'from-web', hostname: 'one', sshKeys: [] }],
  ] as const;
  test.each(clouds)('%s', (name, expected) => {
    const { search, userData } = of(name);
    expect(search.misses).toEqual([]);
    expect(search.found).toMatchObject(expected);
    expect(search.found?.trusted).toBe(false);
    expect(userData).toBe(config);
  });

  test('with the network that it describes', () => {
    const link = (name: keyof typeof scenarios) => of(name).search.found?.network?.links[0];
    expect(link('openstack')).toMatchObject({ match: { mac: 'fa:16:3e:00:00:01' }, mtu: 1450, dhcp4: true });
    expect(link('digitalocean')).toMatchObject({
      addresses: ['192.0.2.9/20', '10.17.0.9/16'],
      routes: [{ to: '0.0.0.0/0', via: '192.0.2.1' }],
    });
    expect(link('hetzner')).toMatchObject({
      dhcp4: true,
      addresses: ['2001:db8::1/64'],
      routes: [{ to: '::/0', via: 'fe80::1' }],
    });
    expect(link('vultr')).toMatchObject({ match: { mac: '56:00:00:00:00:02' }, addresses: ['10.1.96.3/20'] });
  });

  test('Azure is told that the machine is up, by the words of its goal state', () => {
    const { requests, reportProblem } = of('azure');
    expect(reportProblem).toBeNull();
    const [report] = requests.filter(({ path }) => path === '/machine/?comp=health');
    expect(report?.body).toContain('<GoalStateIncarnation>7</GoalStateIncarnation>');
    expect(report?.body).toContain('<ContainerId>c-1</ContainerId>');
    expect(report?.body).toContain('<InstanceId>_one</InstanceId><Health><State>Ready</State>');
  });

  test('EC2 is asked by tokens alone', () => {
    expect(of('ec2').requests[0]).toMatchObject({ method: 'PUT', path: '/latest/api/token' });
  });
});

describe('a service that is not well', () => {
  test('has no user-data: the rest still counts', () => {
    expect(of('without user-data').search.found).toMatchObject({ instanceId: 'i-0abc' });
    expect(of('without user-data').userData).toBeNull();
  });

  test.each(['slow, but in time', 'failing twice first'] as const)('%s: is waited for', (name) => {
    expect(of(name).userData).toBe(config);
  });

  test.each(['never answering', 'nobody there', 'cut off'] as const)(
    '%s: is left at the deadline',
    (name) => {
      const { search, tookMs } = of(name);
      expect(search.found).toBeNull();
      expect(search.misses).toEqual([
        { source: 'ec2', failed: true, reason: expect.stringMatching(/^no answer in/) },
      ]);
      expect(tookMs).toBeLessThan(4500);
    },
  );

  test.each([
    ['a page of a portal', 'a page for people'],
    ['a redirect elsewhere', 'it redirects to http://192.0.2.1/latest/user-data'],
    ['too long an answer', 'is longer than 4194304 bytes'],
    ['a packed answer that nobody asked for', 'is encoded as gzip'],
    ['a portal that gives its page for everything', 'a page for people'],
    ['a portal that calls its page a text', 'gives no token'],
    ['without an id', 'names no instance id'],
    ['forbidden by an old token', 'answers with 403'],
    ['gce with text for JSON', 'is not valid JSON'],
  ] as const)('%s: is refused at once, with the reason', (name, reason) => {
    const { search, tookMs } = of(name);
    expect(search.found).toBeNull();
    expect(search.misses).toMatchObject([{ failed: true, reason: expect.stringContaining(reason) }]);
    expect(tookMs).toBeLessThan(4500);
  });
});

describe('an unknown machine', () => {
  test('asks nobody', () => {
    expect(of('an unknown machine')).toMatchObject({ search: { found: null, misses: [] }, requests: [] });
  });

  test('asks whom its configuration names', () => {
    const { search, userData } = of('an unknown machine that is told to try two');
    expect(search.found?.source).toBe('ec2');
    expect(userData).toBe(config);
  });
});
