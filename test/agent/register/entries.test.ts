import { expect, test } from 'vitest';
import { type Container, entriesOf } from '../../../agent/register/entries.ts';
import { Publisher } from '../../../agent/register/publisher.ts';
import { openEtcd } from '../../../system/etcd/etcd.ts';
import { startEtcd } from '../../support/etcd.ts';

const place = { host: 'n1', address: '10.0.0.1', domain: 'cluster.local', ttl: 10 };
const container = (more: Partial<Container>): Container => ({
  ...{ Id: 'f'.repeat(64), Names: ['/web-1'], Image: 'registry.example:5000/team/web:2', State: 'running' },
  ...{ Status: 'Up 2 minutes', Labels: {}, Ports: [{ PrivatePort: 80, PublicPort: 8080, Type: 'tcp' }] },
  ...more,
});
const keysOf = (...containers: Container[]) => [...entriesOf(containers, place).keys()];

test('a container is an entry as registrator writes it, and one for DNS', () => {
  expect([...entriesOf([container({})], place)]).toEqual([
    ['/services/web/n1:web-1:80', '10.0.0.1:8080'],
    ['/skydns/local/cluster/web/n1-web-1-80', '{"host":"10.0.0.1","port":8080,"ttl":10}'],
  ]);
});

test('two containers of one name are two entries', () => {
  expect(keysOf(container({}), container({ Names: ['/web-2'] }))).toHaveLength(4);
});

test('the name is that of a label, of swarm’s service, or of the image', () => {
  const swarm = { 'com.docker.swarm.service.name': 'shop' };
  expect(keysOf(container({ Labels: swarm }))[0]).toBe('/services/shop/n1:web-1:80');
  expect(keysOf(container({ Labels: { ...swarm, SERVICE_NAME: 'till' } }))[0]).toBe(
    '/services/till/n1:web-1:80',
  );
  expect(keysOf(container({ Image: 'nginx@sha256:00' }))[0]).toBe('/services/nginx/n1:web-1:80');
});

test('several ports have a name each; IPv4 and IPv6 of one port are one', () => {
  const Ports = [
    { PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
    { PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
    { PrivatePort: 443, PublicPort: 8443, Type: 'tcp' },
    { PrivatePort: 9000, Type: 'tcp' },
  ];
  expect(keysOf(container({ Ports })).filter((key) => key.startsWith('/services/'))).toEqual([
    '/services/web-80/n1:web-1:80',
    '/services/web-443/n1:web-1:443',
  ]);
});

test('a port of swarm’s mesh stands in the label that the translation wrote', () => {
  const Labels = { 'interlock.ports': '8080:80/tcp' };
  expect([...entriesOf([container({ Labels, Ports: [] })], place)][0]).toEqual([
    '/services/web/n1:web-1:80',
    '10.0.0.1:8080',
  ]);
});

test.each<Partial<Container>>([
  { State: 'paused' },
  { Status: 'Up 1 minute (unhealthy)' },
  { Status: 'Up 1 second (health: starting)' },
  { Labels: { SERVICE_IGNORE: 'yes' } },
  { Ports: [] },
])('what serves nobody is not registered: %j', (more) => {
  expect(keysOf(container(more))).toEqual([]);
});

test('what was published is renewed, changed and removed, and written again when its lease is gone', async () => {
  const cluster = await startEtcd();
  const etcd = openEtcd({ endpoints: cluster.endpoints });
  const stored = async (key: string) => (await etcd.read(key)).found?.text;
  try {
    const publisher = new Publisher(etcd, 30);
    await publisher.publish(
      new Map([
        ['/services/a/1', 'x'],
        ['/services/a/2', 'y'],
      ]),
    );
    expect(await stored('/services/a/2')).toBe('y');
    await publisher.publish(new Map([['/services/a/1', 'z']]));
    expect([await stored('/services/a/1'), await stored('/services/a/2')]).toEqual(['z', undefined]);
    const { leases } = await etcd.call('lease/leases', {});
    const [{ ID }] = leases as [{ ID: string }];
    await etcd.call('lease/revoke', { ID });
    expect(await stored('/services/a/1')).toBeUndefined();
    await publisher.renew();
    await publisher.publish(new Map([['/services/a/1', 'z']]));
    expect(await stored('/services/a/1')).toBe('z');
  } finally {
    etcd.close();
    await cluster.stop();
  }
});
