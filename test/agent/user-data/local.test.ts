import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { fileSystemOf, headBytes } from '../../../agent/user-data/local/file-system.ts';
import { decoded } from '../../../agent/user-data/local/guestinfo.ts';
import { listVolumes } from '../../../agent/user-data/local/list-disks.ts';
import { chooseSources } from '../../../agent/user-data/machine/choose-sources.ts';
import type { Machine } from '../../../agent/user-data/machine/machine.ts';
import { seedOf } from '../../../agent/user-data/machine/seed.ts';
import { readOvf } from '../../../agent/user-data/reading/ovf-document.ts';
import { sshKeysOf } from '../../../agent/user-data/reading/ssh-keys.ts';
import { findUserData } from '../../../agent/user-data/sources/find-user-data.ts';
import { run } from '../../../system/process/run.ts';
import { makeProvisioningDisc, makeSeeds } from '../../support/user-data/make-volumes.ts';

const scratch = mkdtempSync(join(tmpdir(), 'interlock-user-data-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const script = join(import.meta.dirname, '../../../agent/dist/usr/lib/interlock/may-have-user-data');

let roots = 0;
/** A root with some files. */
function rootWith(files: Record<string, string | Uint8Array>): string {
  const root = join(scratch, `root-${++roots}`);
  mkdirSync(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

const search = (root: string) =>
  findUserData({ stage: 'local', deadlineMs: 5000, root, runFolder: join(root, 'run'), sources: null });

/** A table of SMBIOS type 11 as the kernel shows it. */
function oemStrings(...strings: string[]): Buffer {
  return Buffer.concat([
    Buffer.from([11, 5, 0, 0, strings.length]),
    Buffer.from(`${strings.join('\0')}\0\0`, 'latin1'),
  ]);
}

const fwCfg = 'sys/firmware/qemu_fw_cfg/by_name/opt';

test('QEMU’s fw_cfg by cloud-init’s names; the machine’s own id stands in for one', async () => {
  const root = rootWith({
    [`${fwCfg}/io.cloud-init/cloud-init/user-data/raw`]: '#cloud-config\n',
    [`${fwCfg}/io.cloud-init/cloud-init/network-config/raw`]: 'version: 2\nethernets: {a: {dhcp4: true}}\n',
    'sys/class/dmi/id/product_uuid': '4C4C4544-0001\n',
  });
  const { found } = await search(root);
  expect(found).toMatchObject({ source: 'fw-cfg', instanceId: '4c4c4544-0001', trusted: true });
  expect(found?.network?.links[0]).toMatchObject({ name: 'a', dhcp4: true });
});

test('credentials count from SMBIOS and fw_cfg, and not from where the command line and the ESP bring theirs', async () => {
  const credential = `io.systemd.credential.binary:interlock.user-data=${Buffer.from('#cloud-config\n').toString('base64')}`;
  const meta = 'io.systemd.credential:interlock.meta-data=instance-id: i-7\nlocal-hostname: one';
  const bySmbios = rootWith({ 'sys/firmware/dmi/entries/11-0/raw': oemStrings('other', credential, meta) });
  expect((await search(bySmbios)).found).toMatchObject({
    source: 'smbios',
    instanceId: 'i-7',
    hostname: 'one',
    trusted: true,
  });
  const byFwCfg = rootWith({
    [`${fwCfg}/io.systemd.credentials/interlock.user-data/raw`]: '#cloud-config\n',
  });
  expect((await search(byFwCfg)).found).toMatchObject({ source: 'smbios' });
  const byCommandLine = rootWith({ 'run/credentials/@system/interlock.user-data': '#cloud-config\n' });
  expect((await search(byCommandLine)).found).toBeNull();
});

test('file systems are told by their own first bytes, as mkfs.vfat and genisoimage write them', async () => {
  const head = (file: string) => readFileSync(file).subarray(0, headBytes);
  for (const [bits, size] of [
    ['12', 1024],
    ['16', 16_384],
    ['32', 65_536],
  ] as const) {
    const file = join(scratch, `fat${bits}`);
    await run('mkfs.vfat', ['-C', '-F', bits, '-n', 'CIDATA', file, String(size)]);
    expect(fileSystemOf(head(file))).toMatchObject({ type: 'vfat', label: 'CIDATA' });
  }
  const folder = join(scratch, 'documents');
  mkdirSync(folder);
  const iso = join(scratch, 'config.iso');
  await run('genisoimage', ['-quiet', '-R', '-J', '-V', 'config-2', '-o', iso, folder]);
  expect(fileSystemOf(head(iso))).toEqual({ type: 'iso9660', label: 'config-2' });
  for (const { name, file } of await makeSeeds(folder)) {
    const at = name === 'fat-in-a-partition' ? 2 ** 20 : 0;
    const root = rootWith({
      'sys/class/block/sda/size': '2048\n',
      'dev/sda': readFileSync(file).subarray(at),
    });
    expect(
      (await listVolumes(root)).map(({ label }) => label.toLowerCase()),
      name,
    ).toEqual(['cidata']);
  }
  expect(fileSystemOf(head(await makeProvisioningDisc(folder, '<x/>')))).toEqual({ type: 'udf', label: '' });
  expect(fileSystemOf(Buffer.alloc(headBytes))).toBeNull();
  expect(fileSystemOf(Buffer.alloc(3))).toBeNull();
});

const machines: [string, Partial<Machine>, local: string[], network: string[]][] = [
  ['a plain QEMU', { sysVendor: 'QEMU' }, ['fw-cfg', 'smbios', 'no-cloud', 'config-drive'], []],
  [
    'a seed by URL',
    { productSerial: 'ds=nocloud;s=http://192.0.2.1/x' },
    ['fw-cfg', 'smbios'],
    ['no-cloud-net'],
  ],
  [
    'a seed on a disk',
    { productSerial: 'ds=nocloud;i=x' },
    ['fw-cfg', 'smbios', 'no-cloud', 'config-drive'],
    [],
  ],
  ['EC2 on Nitro', { sysVendor: 'Amazon EC2' }, ['fw-cfg', 'smbios'], ['ec2']],
  ['EC2 on Xen', { biosVersion: '4.11.amazon' }, ['fw-cfg', 'smbios'], ['ec2']],
  ['GCE', { productName: 'Google Compute Engine' }, ['fw-cfg', 'smbios'], ['gce']],
  ['Azure', { chassisAssetTag: '7783-7084-3265-9085-8269-3286-77' }, ['fw-cfg', 'smbios'], ['azure']],
  ['OpenStack', { productName: 'OpenStack Nova' }, ['fw-cfg', 'smbios', 'config-drive'], ['openstack']],
  [
    'DigitalOcean',
    { sysVendor: 'DigitalOcean' },
    ['fw-cfg', 'smbios', 'config-drive', 'no-cloud'],
    ['digitalocean'],
  ],
  ['Hetzner', { sysVendor: 'Hetzner' }, ['fw-cfg', 'smbios'], ['hetzner']],
  ['Vultr', { sysVendor: 'Vultr' }, ['fw-cfg', 'smbios'], ['vultr']],
  ['Scaleway', { sysVendor: 'Scaleway' }, ['fw-cfg', 'smbios'], ['scaleway']],
  [
    'VMware',
    { sysVendor: 'VMware, Inc.' },
    ['fw-cfg', 'smbios', 'guestinfo', 'ovf', 'no-cloud', 'config-drive'],
    [],
  ],
];

test.each(machines)(
  '%s: the sources in their order, and the script of the units agrees',
  async (_, words, local, network) => {
    const machine: Machine = {
      sysVendor: '',
      productName: '',
      productSerial: '',
      productUuid: '',
      chassisAssetTag: '',
      biosVendor: '',
      biosVersion: '',
      ...words,
    };
    expect(chooseSources(machine, null)).toEqual({ local, network });
    const files: Record<string, keyof Machine> = {
      sys_vendor: 'sysVendor',
      product_name: 'productName',
      product_serial: 'productSerial',
      product_uuid: 'productUuid',
      chassis_asset_tag: 'chassisAssetTag',
      bios_version: 'biosVersion',
    };
    const root = rootWith(
      Object.fromEntries(
        Object.entries(files).map(([name, key]) => [`sys/class/dmi/id/${name}`, `${machine[key]}\n`]),
      ),
    );
    expect(await endsWell('network', root)).toBe(network.length > 0);
    expect(await endsWell('local', root)).toBe(network.length > 0);
  },
);

test('the script of the units finds what was given, configured or plugged in', async () => {
  const disk = join(scratch, 'seed-disk');
  await run('mkfs.vfat', ['-C', '-n', 'cidata', disk, '1024']);
  const device = { 'sys/class/block/vdb/size': '2048\n', 'sys/class/block/vdb/uevent': 'DEVNAME=vdb\n' };
  const plugged = rootWith(device);
  mkdirSync(join(plugged, 'dev'));
  cpSync(disk, join(plugged, 'dev/vdb'));
  const partition = rootWith({ ...device, 'sys/class/block/vdb/uevent': 'PARTNAME=esp\n' });
  mkdirSync(join(partition, 'dev'));
  cpSync(disk, join(partition, 'dev/vdb'));
  const named = { ...device, 'sys/class/block/vdb/uevent': 'PARTNAME=Basic data partition\n' };
  const stick = rootWith(named);
  mkdirSync(join(stick, 'dev'));
  cpSync(disk, join(stick, 'dev/vdb'));
  const given = rootWith({ [`${fwCfg}/io.cloud-init/cloud-init/user-data/raw`]: 'x' });
  const smbios = rootWith({
    'sys/firmware/dmi/entries/11-0/raw': oemStrings('io.systemd.credential:interlock.user-data=x'),
  });
  const configured = rootWith({ 'etc/interlock/agent.d/60.toml': '[user_data]\nsources = ["ec2"]\n' });
  const all = [plugged, partition, stick, given, smbios, configured, rootWith({})];
  expect(await Promise.all(all.map((root) => endsWell('local', root)))).toEqual([
    true,
    false,
    true,
    true,
    true,
    true,
    false,
  ]);
});

test('a stick that comes behind its controller is waited for; one without a driver and a machine without USB are not', async () => {
  const stick = 'sys/bus/usb/devices/1-1:1.0';
  const controller = { 'sys/bus/pci/devices/0000:00:04.0/class': '0x0c0330\n' };
  const scsi = join(stick, 'host0/target0:0:0/0:0:0:0/block/sda');
  const coming = rootWith({ ...controller, 'run/udev/queue': '' });
  const began = performance.now();
  const [isFound] = await Promise.all([
    endsWell('local', coming),
    (async () => {
      await sleep(1000);
      await run('mkfs.vfat', ['-C', '-n', 'CIDATA', join(scratch, 'stick'), '1024']);
      for (const [path, text] of Object.entries({
        [join(stick, 'bInterfaceClass')]: '08\n',
        [join(stick, 'driver')]: '',
      })) {
        mkdirSync(dirname(join(coming, path)), { recursive: true });
        writeFileSync(join(coming, path), text);
      }
      rmSync(join(coming, 'run/udev/queue'));
      await sleep(1000);
      mkdirSync(join(coming, 'dev'));
      cpSync(join(scratch, 'stick'), join(coming, 'dev/sda'));
      mkdirSync(join(coming, 'sys/class/block/sda'), { recursive: true });
      writeFileSync(join(coming, 'sys/class/block/sda/size'), '2048\n');
      mkdirSync(join(coming, scsi), { recursive: true });
    })(),
  ]);
  expect(isFound).toBe(true);
  expect(performance.now() - began).toBeGreaterThan(2000);
  const quick = [
    rootWith({ ...controller, [`${stick}/bInterfaceClass`]: '08\n' }),
    rootWith({ ...controller, [`${stick}/bInterfaceClass`]: '03\n', [`${stick}/driver`]: '' }),
    rootWith({ 'run/udev/queue': '' }),
  ];
  const start = performance.now();
  expect(await Promise.all(quick.map((root) => endsWell('local', root)))).toEqual([false, false, false]);
  // one that waited would need ten seconds
  expect(performance.now() - start).toBeLessThan(9000);
});

async function endsWell(stage: string, root: string): Promise<boolean> {
  try {
    await run('sh', [script, stage, root]);
    return true;
  } catch (error) {
    expect((error as { details?: object }).details).toMatchObject({ status: 1 });
    return false;
  }
}

test('a serial number that is a seed, and one that is none', () => {
  expect(seedOf('ds=nocloud;s=https://192.0.2.1/a/;h=one;i=i-1')).toEqual({
    url: 'https://192.0.2.1/a/',
    hostname: 'one',
    instanceId: 'i-1',
  });
  expect(seedOf('ds=nocloud;s=file:///etc')).toEqual({});
  expect(seedOf('PF2ABC')).toBeNull();
  expect(seedOf('ds=nocloudy')).toBeNull();
});

test('an OVF environment as Azure and as VMware write it', () => {
  const azure = `<?xml version="1.0"?><ns0:Environment xmlns:ns0="http://schemas.dmtf.org/ovf/environment/1"><ns1:ProvisioningSection xmlns:ns1="http://schemas.microsoft.com/windowsazure"><ns1:LinuxProvisioningConfigurationSet><ns1:HostName>one</ns1:HostName><ns1:CustomData>${Buffer.from('#cloud-config\n').toString('base64')}</ns1:CustomData></ns1:LinuxProvisioningConfigurationSet></ns1:ProvisioningSection></ns0:Environment>`;
  expect(readOvf(azure)).toEqual({ hostname: 'one', userData: Buffer.from('#cloud-config\n'), sshKeys: [] });
  const vmware =
    '<Environment xmlns:oe="x"><PropertySection><Property oe:key="hostname" oe:value="one"/><Property oe:key="instance-id" oe:value="i-1"/><Property oe:key="user-data" oe:value="#cloud-config&#10;a: &quot;b&quot;"/></PropertySection></Environment>';
  expect(readOvf(vmware)).toMatchObject({
    hostname: 'one',
    instanceId: 'i-1',
    userData: Buffer.from('#cloud-config\na: "b"'),
  });
});

test('keys come in many shapes; what has a second line is two', () => {
  const key = 'ssh-ed25519 AAAAC3Nz me';
  for (const shape of [key, [key], { mine: key }, [{ mine: [key] }], `# comment\n${key}\n`]) {
    expect(sshKeysOf(shape, 'keys')).toEqual([key]);
  }
  expect(sshKeysOf('no key at all', 'keys')).toEqual([]);
});

test('guestinfo’s encodings', () => {
  const text = (encoding: string, value: string) => Buffer.from(decoded(value, encoding, 'x')).toString();
  expect(text('', 'a')).toBe('a');
  expect(text('base64', 'YQ==')).toBe('a');
  expect(text('gzip+base64', 'H4sIAAAAAAAAA0sEAEO+t+gBAAAA')).toBe('a');
  expect(() => text('gzip+base64', 'YQ==')).toThrow('is not valid gzip');
  expect(() => text('rot13', 'a')).toThrow('is neither');
});
