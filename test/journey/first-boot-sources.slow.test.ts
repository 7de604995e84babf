import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../system/process/run.ts';
import type { Vm } from '../support/vm/start-vm.ts';
import { type Built, buildImages } from './build-images.ts';
import { quickTimer } from './in-guest.ts';
import { addressesIn, expectWhole, timesOf, wholeDocument } from './whole-host.ts';
import { withServer } from './with-server.ts';
import { type Replies, withService } from './with-service.ts';
import { withVm } from './with-vm.ts';

const bootSeconds = 600;
const macs = ['52:54:00:12:34:56', '52:54:00:12:34:57'] as const;
let built: Built;
let scratch: string;
beforeAll(async () => {
  built = await buildImages('tiny');
  scratch = await mkdtemp(join(tmpdir(), 'interlock-sources-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

async function write(folder: string, files: Record<string, string>): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(scratch, folder, name)), { recursive: true });
    await writeFile(join(scratch, folder, name), text);
  }
  return join(scratch, folder);
}

/** A stick as people make it for NoCloud. */
async function makeStick(name: string): Promise<string[]> {
  const file = join(scratch, `${name}.img`);
  const folder = await write(name, {
    'meta-data': `instance-id: ${name}\nlocal-hostname: not-${name}\n`,
    'user-data': wholeDocument(name),
    'network-config': `version: 2
ethernets:
  lan:
    match: {macaddress: "${macs[0]}"}
    set-name: lan0
    addresses: [10.0.2.77/24]
    routes: [{to: default, via: 10.0.2.2}]
    nameservers: {addresses: [10.0.2.3]}
`,
  });
  await run('mkfs.vfat', ['-C', '-n', 'CIDATA', file, '1024']);
  await run('mcopy', ['-s', '-i', file, ...documents(folder), '::']);
  return [
    '-drive',
    `if=none,id=stick,format=raw,readonly=on,file=${file}`,
    '-device',
    'virtio-blk-pci,drive=stick',
  ];
}

const documents = (folder: string) =>
  ['meta-data', 'user-data', 'network-config'].map((name) => join(folder, name));

/** A disc as OpenStack makes it, for a machine with two devices. */
async function makeDisc(name: string): Promise<string[]> {
  const file = join(scratch, `${name}.iso`);
  const folder = await write(name, {
    'openstack/latest/meta_data.json': JSON.stringify({ uuid: name, hostname: `not-${name}` }),
    'openstack/latest/user_data': wholeDocument(name),
    'openstack/latest/network_data.json': JSON.stringify({
      links: macs.map((mac, index) => ({ id: `tap${index}`, type: 'phy', ethernet_mac_address: mac })),
      networks: [
        {
          ...{ id: 'n0', link: 'tap0', type: 'ipv4', ip_address: '10.0.2.78', netmask: '255.255.255.0' },
          routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '10.0.2.2' }],
        },
        {
          ...{
            id: 'n1',
            link: 'tap0',
            type: 'ipv6',
            ip_address: 'fec0::78',
            netmask: 'ffff:ffff:ffff:ffff::',
          },
          routes: [{ network: '::', netmask: '::', gateway: 'fec0::2' }],
        },
        { id: 'n2', link: 'tap1', type: 'ipv4', ip_address: '10.0.3.5', netmask: '255.255.255.0' },
        { id: 'n3', link: 'tap1', type: 'ipv6', ip_address: '2001:db8:3::5', netmask: '64' },
      ],
      services: [{ type: 'dns', address: '10.0.2.3' }],
    }),
  });
  await run('genisoimage', ['-quiet', '-R', '-J', '-V', 'config-2', '-o', file, folder]);
  return [
    ...['-drive', `if=none,id=disc,format=raw,media=cdrom,readonly=on,file=${file}`],
    ...['-device', 'ide-cd,bus=ide.1,drive=disc', '-netdev', 'user,id=second,net=10.0.3.0/24,ipv6=off'],
    ...['-device', `virtio-net-pci,netdev=second,mac=${macs[1]},romfile=`],
  ];
}

/** What tells a host from others. */
async function identityOf(vm: Vm): Promise<{ machine: string; host: string }> {
  await vm.run('until [ -e /var/lib/interlock/agent/identity.json ]; do sleep 1; done', 120);
  return {
    machine: await vm.run('cat /etc/machine-id'),
    host: JSON.parse(await vm.run('interlock-agent status --json', 120)).hostId,
  };
}

test('a stick makes a host with its own address; a disc of another instance makes it another host, with two devices', async () => {
  await withServer(built.keys, async ({ operate, config }) => {
    const enrolled = async () =>
      (JSON.parse(await operate('host', 'list', '--json')) as { id: string }[]).map(({ id }) => id);
    const credentials = { ...quickTimer, 'interlock.config': config({ settle: 5 }) };
    await withVm('sources-disks', built.disk, async ({ start }) => {
      const one = await start({ credentials, extra: await makeStick('one') });
      await one.waitForShell(bootSeconds);
      await expectWhole(one, 'one', 'no-cloud');
      expect(await addressesIn(one)).toEqual({ lan0: ['10.0.2.77/24'] });
      const first = await identityOf(one);
      expect(await enrolled()).toEqual([first.host]);
      await one.run('systemctl poweroff --no-block');
      await one.waitUntilOff(120);

      const two = await start({ credentials, extra: await makeDisc('two') });
      await two.waitForShell(bootSeconds);
      await expectWhole(two, 'two', 'config-drive');
      expect(Object.values(await addressesIn(two)).toSorted()).toEqual([
        ['10.0.2.78/24', 'fec0::78/64'],
        ['10.0.3.5/24', '2001:db8:3::5/64'],
      ]);
      const second = await identityOf(two);
      expect(second.machine).not.toBe(first.machine);
      expect(second.host).not.toBe(first.host);
      expect((await enrolled()).toSorted()).toEqual([first.host, second.host].toSorted());
      const { ended } = await timesOf(two, 'interlock-user-data-local.service');
      expect(ended).toBeLessThan((await timesOf(two, 'systemd-networkd.service')).began);
      expect(await two.run('grep -c user-data /proc/mounts || true')).toBe('0\n');
    });
  });
});

test('fw_cfg, before a disk that is there too, with a network of version 1', async () => {
  const folder = await write('three', {
    'user-data': wholeDocument('three'),
    'meta-data': 'instance-id: three\n',
    'network-config': `version: 1
config:
  - type: physical
    name: lan0
    mac_address: "${macs[0]}"
    subnets:
      - {type: static, address: 10.0.2.79/24, gateway: 10.0.2.2}
      - {type: static6, address: "fec0::79/64"}
  - {type: nameserver, address: 10.0.2.3}
`,
  });
  const given = ['user-data', 'meta-data', 'network-config'].flatMap((name) => [
    '-fw_cfg',
    `name=opt/io.cloud-init/cloud-init/${name},file=${join(folder, name)}`,
  ]);
  await withVm('sources-fw-cfg', built.disk, async ({ start }) => {
    const vm = await start({ extra: [...(await makeStick('unread')), ...given] });
    await vm.waitForShell(bootSeconds);
    await expectWhole(vm, 'three', 'fw-cfg');
    expect(await addressesIn(vm)).toEqual({ lan0: ['10.0.2.79/24', 'fec0::79/64'] });
  });
});

test('EC2’s service, slow and often wrong, makes a whole host; then its port is shut to root and to others, by networkd itself', async () => {
  const replies: Replies = {
    'PUT /latest/api/token': { text: 'TOKEN', failures: 1 },
    'GET /latest/meta-data/instance-id': { text: 'four', type: 'application/octet-stream' },
    'GET /latest/meta-data/local-hostname': { text: 'not-four', delay: 2000 },
    'GET /latest/user-data': { text: wholeDocument('four'), type: 'text/html', failures: 2 },
  };
  await withService(replies, async (service) => {
    await withVm('sources-ec2', built.disk, async ({ start }) => {
      const vm = await start({
        net: service.net,
        extra: ['-smbios', 'type=1,manufacturer=Amazon EC2'],
      });
      await vm.waitForShell(bootSeconds);
      await expectWhole(vm, 'four', 'ec2');
      expect(service.asked[0]).toBe('PUT /latest/api/token');
      expect(service.asked).toContain('GET /latest/meta-data/public-keys/');

      expect(await reaches(vm)).toBe('no\n');
      expect(await reaches(vm, 'setpriv --reuid=65534 --clear-groups')).toBe('no\n');
      await vm.run('systemctl restart systemd-networkd; sleep 5', 60);
      expect(await reaches(vm)).toBe('no\n');
      await vm.run('/usr/lib/interlock/metadata-port open; systemctl restart systemd-networkd; sleep 5', 60);
      expect(await reaches(vm)).toBe('yes\n');
      expect(await vm.run('interlock-agent sources', 200)).toMatch(/^ec2: instance four, host name not-four/);
      await vm.run('systemctl restart interlock-metadata.service', 60);
      expect(await reaches(vm)).toBe('no\n');
    });
  });
});

test('a silent service holds a boot up for its time alone; one that tells the network changes it at once, and it stays while the service is silent', async () => {
  const seconds = 20;
  const addresses = [
    ['10.0.3.9/24', '2001:db8:3::9/64'],
    ['169.254.2.77/16', '2001:db8::77/64'],
  ];
  const networkData = {
    links: macs.map((mac, index) => ({ id: `tap${index}`, type: 'phy', ethernet_mac_address: mac })),
    networks: addresses.toReversed().flatMap((all, index) =>
      all.map((address) => {
        const [ip_address, netmask] = address.split('/');
        return {
          id: address,
          link: `tap${index}`,
          type: address.includes(':') ? 'ipv6' : 'ipv4',
          ip_address,
          netmask,
        };
      }),
    ),
    services: [],
  };
  const replies: Replies = {
    'GET /openstack': { text: 'latest', isSilent: true },
    'GET /openstack/latest/meta_data.json': {
      text: JSON.stringify({ uuid: 'five', name: 'Not five' }),
      type: 'text/html',
    },
    'GET /openstack/latest/user_data': { text: wholeDocument('five'), delay: 2000 },
    'GET /openstack/latest/network_data.json': { text: JSON.stringify(networkData), failures: 1 },
  };
  const isSilent = (now: boolean) => Object.assign(replies['GET /openstack']!, { isSilent: now });
  await withService(replies, async (service) => {
    await withVm('sources-openstack', built.disk, async ({ start }) => {
      const vm = await start({
        net: `${service.net},ipv6=off`,
        credentials: { 'interlock.config': `[user_data]\ntimeout = ${seconds}\n` },
        extra: [
          ...[
            '-smbios',
            'type=1,product=OpenStack Nova',
            '-netdev',
            'user,id=second,net=10.0.3.0/24,ipv6=off',
          ],
          ...['-device', `virtio-net-pci,netdev=second,mac=${macs[1]},romfile=`],
        ],
      });
      await vm.waitForShell(bootSeconds);
      await vm.run('until systemctl is-active -q interlock-user-data.target; do sleep 1; done', bootSeconds);
      const { began, ended } = await timesOf(vm, 'interlock-user-data-network.service');
      expect(ended - began).toBeGreaterThan(seconds);
      // an emulated machine starts the agent slowly; without our setting it would be 60 s and that
      expect(ended - began).toBeLessThan(seconds + 30);
      expect(vm.console.text()).toContain(`user-data: openstack cannot be read: no answer in ${seconds} s`);
      expect(vm.console.text()).toContain('the host starts without, and the next boot looks again');
      expect(await reaches(vm)).toBe('no\n');

      isSilent(false);
      await vm.run('systemctl reboot --no-block');
      await vm.waitForShell(bootSeconds, 2);
      await expectWhole(vm, 'five', 'openstack');
      const told = await addressesIn(vm);
      expect(Object.values(told).toSorted()).toEqual(addresses);
      expect(await reaches(vm)).toBe('no\n');

      isSilent(true);
      await vm.run('systemctl reboot --no-block');
      await vm.waitForShell(bootSeconds, 3);
      await vm.run('until systemctl is-active -q interlock-user-data.target; do sleep 1; done', bootSeconds);
      expect(await vm.run('cat /proc/sys/kernel/hostname')).toBe('five\n');
      expect(await addressesIn(vm)).toEqual(told);
      expect(vm.console.text()).toContain('the host stays what instance five made it');
    });
  });
});

/** Whether the port of the metadata service lets somebody connect. */
function reaches(vm: Vm, as = ''): Promise<string> {
  const connect = "bash -c 'exec 3<>/dev/tcp/169.254.169.254/80 && echo yes'";
  return vm.run(`${as} timeout 20 ${connect} 2>/dev/null || echo no`, 60);
}
