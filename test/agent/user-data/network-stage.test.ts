import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openManager } from '../../../agent/user-data/apply/manager.ts';
import { describeOutcome } from '../../../agent/user-data/describe-outcome.ts';
import { foundInOpenStack } from '../../../agent/user-data/documents/openstack-documents.ts';
import { foundInSeed } from '../../../agent/user-data/documents/seed-documents.ts';
import { addressesIn, missingOf } from '../../../agent/user-data/network/change-network.ts';
import type { Found, Miss, Stage } from '../../../agent/user-data/ports/found.ts';
import { runStage } from '../../../agent/user-data/run-stage.ts';
import { type FolderHost, makeFolderHost } from '../../support/user-data/folder-host.ts';

let host: FolderHost;
beforeEach(() => {
  host = makeFolderHost();
});
afterEach(() => host.remove());

const file = 'run/systemd/network/20-user-data-nic0.network';
const networkData = (address: string) => ({
  links: [{ id: 'tap', type: 'phy', ethernet_mac_address: '52:54:00:00:00:01' }],
  networks: [{ id: 'n', link: 'tap', type: 'ipv4', ip_address: address, netmask: '24' }],
  services: [],
});
const told = (uuid: string, network?: object) =>
  foundInOpenStack('openstack', {
    metaData: { uuid, hostname: 'one' },
    userData: null,
    networkData: network ? Buffer.from(JSON.stringify(network)) : null,
  });
const silent: Miss = { source: 'openstack', failed: true, reason: 'no answer in 60 s' };

/** What a boot says whose network stage found this. */
async function boot(found: Found | null, { stage = 'network' as Stage, askNetwork = false } = {}) {
  rmSync(join(host.root, 'run/systemd'), { recursive: true, force: true });
  const search = { found, misses: found ? [] : [silent], askNetwork };
  const manager = openManager(host.root);
  const now = new Date('2026-12-01T00:00:00Z');
  return describeOutcome(await runStage({ root: host.root, stage, search, secureBoot: false, manager, now }));
}

test('what a service says of the network is taken, stays while it is silent, and goes with what it says or who the host is', async () => {
  expect(await boot(told('a', networkData('192.0.2.1')))).toEqual([
    'user-data of openstack, instance a, were applied',
  ]);
  expect(host.read(file)).toContain('Address=192.0.2.1/24');
  expect(await boot(null)).toEqual([
    'user-data: openstack cannot be read: no answer in 60 s',
    'user-data: none in this boot; the host stays what instance a made it, and the next boot looks again',
  ]);
  expect(host.read(file)).toContain('Address=192.0.2.1/24');

  await boot(told('a', networkData('192.0.2.2')));
  await boot(null);
  expect(host.read(file)).toContain('Address=192.0.2.2/24');

  await boot(told('b'));
  await boot(null);
  expect(host.has(file)).toBe(false);
});

test('before the network, a silent source restores nothing: what reaches the service is the image’s own', async () => {
  await boot(told('a', networkData('192.0.2.1')));
  expect(await boot(null, { stage: 'local', askNetwork: true })).toEqual([
    'user-data: openstack cannot be read: no answer in 60 s',
  ]);
  expect(host.has(file)).toBe(false);
});

test('a host that nobody ever told anything says that it starts without', async () => {
  expect((await boot(null)).at(-1)).toBe(
    'user-data: none in this boot; the host starts without, and the next boot looks again',
  );
});

test('a network that cannot be read costs neither the name nor the keys', async () => {
  const found = told('a', { ...networkData('192.0.2.300') });
  expect(found).toMatchObject({ hostname: 'one' });
  expect(await boot(found)).toEqual([
    'user-data of openstack, instance a, were applied',
    'user-data: network: network_data.networks[0].address: "192.0.2.300" is not an IP address',
  ]);
  expect(host.read('etc/hostname')).toBe('one\n');
  expect(host.has(file)).toBe(false);
  const seed = (networkConfig: string) =>
    foundInSeed(
      'no-cloud',
      { metaData: null, userData: Buffer.from('#cloud-config\n'), networkConfig: Buffer.from(networkConfig) },
      { fallbackId: 'x' },
    );
  for (const text of ['version: 3', '[', 'version: 2\nwifis: {w: {}}', 'nonsense'])
    expect(seed(text)).toMatchObject({ instanceId: 'x', networkProblem: expect.any(String) });
});

test('addresses are awaited however they are written, and not those of devices that may be missing', () => {
  const files = [
    {
      name: '20-user-data-a.network',
      content: '[Network]\nAddress=192.0.2.1/24\nAddress=2001:DB8:0::1/64\n',
    },
    {
      name: '20-user-data-b.network',
      content: '[Link]\nRequiredForOnline=no\n[Network]\nAddress=192.0.2.2/24\n',
    },
  ];
  const wanted = addressesIn(files);
  expect(wanted).toEqual(['192.0.2.1/24', '2001:DB8:0::1/64']);
  expect(missingOf(wanted, { eth0: [{ address: '2001:db8::1' }] })).toEqual(['192.0.2.1/24']);
  expect(missingOf(wanted, {})).toEqual(wanted);
});
