import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../system/process/run.ts';
import type { Vm } from '../support/vm/start-vm.ts';
import { type Built, buildImages } from './build-images.ts';
import { withVm } from './with-vm.ts';

const bootSeconds = 600;
const userData = '#cloud-config\nhostname: one\n';
let built: Built;
let scratch: string;
beforeAll(async () => {
  built = await buildImages('tiny');
  scratch = await mkdtemp(join(tmpdir(), 'interlock-sources-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** What the agent of a running machine finds. */
async function find(vm: Vm): Promise<{ found: Record<string, unknown> | null; misses: object[] }> {
  return JSON.parse(await vm.run('interlock-agent sources --json', 200));
}

const attached = (id: string, file: string) => [
  ...['-drive', `if=none,id=${id},format=raw,readonly=on,file=${file}`],
  ...['-device', `virtio-blk-pci,drive=${id}`],
];

/** A disk as people make it for NoCloud. */
async function makeSeed(): Promise<string> {
  const seed = join(scratch, 'seed.img');
  await rm(seed, { force: true });
  await run('mkfs.vfat', ['-C', '-n', 'CIDATA', seed, '1024']);
  const documents = {
    'meta-data': 'instance-id: from-disk\nlocal-hostname: seeded\n',
    'user-data': userData,
    'network-config':
      'version: 2\nethernets: {lan: {match: {macaddress: "52:54:00:12:34:56"}, addresses: [10.0.2.77/24]}}\n',
  };
  for (const [name, text] of Object.entries(documents)) {
    await writeFile(join(scratch, name), text);
    await run('mcopy', ['-i', seed, join(scratch, name), `::${name}`]);
  }
  return seed;
}

test('NoCloud on a FAT disk, and ConfigDrive on a disc where it is wanted', async () => {
  const seed = await makeSeed();
  const disc = join(scratch, 'config.iso');
  const latest = join(scratch, 'config/openstack/latest');
  await mkdir(latest, { recursive: true });
  await writeFile(join(latest, 'meta_data.json'), JSON.stringify({ uuid: 'from-disc', hostname: 'drive' }));
  await writeFile(join(latest, 'user_data'), userData);
  await run('genisoimage', ['-quiet', '-R', '-J', '-V', 'config-2', '-o', disc, join(scratch, 'config')]);

  await withVm('sources-local', built.disk, async ({ start }) => {
    const vm = await start({
      extra: [
        ...attached('seed', seed),
        ...[
          '-drive',
          `if=none,id=disc,format=raw,media=cdrom,readonly=on,file=${disc}`,
          '-device',
          'ide-cd,bus=ide.1,drive=disc',
        ],
      ],
    });
    await vm.waitForShell(bootSeconds);
    const bySeed = await find(vm);
    expect(bySeed.found).toMatchObject({
      source: 'no-cloud',
      instanceId: 'from-disk',
      hostname: 'seeded',
      userDataBytes: userData.length,
      network: { links: [{ name: 'lan', addresses: ['10.0.2.77/24'] }] },
    });
    expect(await vm.run('grep -c user-data /proc/mounts || true')).toBe('0\n');
    expect(await vm.run('/usr/lib/interlock/may-have-user-data local; echo $?')).toBe('0\n');

    await vm.run(
      'printf "[user_data]\\nsources = [\\"config-drive\\"]\\n" >/etc/interlock/agent.d/70-sources.toml',
    );
    expect((await find(vm)).found).toMatchObject({
      source: 'config-drive',
      instanceId: 'from-disc',
      hostname: 'drive',
    });
  });
});

test('fw_cfg, before a disk that is there too', async () => {
  const given = join(scratch, 'given');
  await writeFile(given, userData);
  await withVm('sources-fw-cfg', built.disk, async ({ start }) => {
    const vm = await start({
      extra: [
        ...attached('seed', await makeSeed()),
        '-fw_cfg',
        `name=opt/io.cloud-init/cloud-init/user-data,file=${given}`,
      ],
    });
    await vm.waitForShell(bootSeconds);
    expect((await find(vm)).found).toMatchObject({
      source: 'fw-cfg',
      trusted: true,
      userDataBytes: userData.length,
    });
  });
});

test('the metadata service of a cloud is read, and its port shut to root and to others, by networkd itself', async () => {
  const asked: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    asked.push(`${request.method} ${request.url}`);
    const documents: Record<string, string> = {
      'PUT /latest/api/token': 'TOKEN',
      'GET /latest/meta-data/instance-id': 'i-1',
      'GET /latest/meta-data/local-hostname': 'one',
      'GET /latest/user-data': userData,
    };
    const text = documents[asked.at(-1)!];
    response
      .writeHead(text === undefined ? 404 : 200, { connection: 'close', 'content-type': 'text/plain' })
      .end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await withVm('sources-ec2', built.disk, async ({ start }) => {
      const vm = await start({
        net: `user,net=169.254.0.0/16,guestfwd=tcp:169.254.169.254:80-cmd:busybox nc 127.0.0.1 ${port}`,
        extra: ['-smbios', 'type=1,manufacturer=Amazon EC2'],
      });
      await vm.waitForShell(bootSeconds);
      const reaches = (as = '') =>
        vm.run(
          `${as} timeout 20 bash -c 'exec 3<>/dev/tcp/169.254.169.254/80 && echo yes' 2>/dev/null || echo no`,
          60,
        );
      await vm.run(
        'for i in $(seq 60); do grep -q ROUTABLE\\\\\\|routable /run/systemd/netif/links/2 && break; sleep 1; done',
        90,
      );
      expect(await reaches()).toBe('no\n');
      expect(await vm.run('/usr/lib/interlock/may-have-user-data network; echo $?')).toBe('0\n');

      await vm.run('/usr/lib/interlock/metadata-port open; systemctl restart systemd-networkd; sleep 5', 60);
      expect(await reaches()).toBe('yes\n');
      expect(await find(vm)).toMatchObject({
        found: { source: 'ec2', instanceId: 'i-1', hostname: 'one', userDataBytes: userData.length },
      });
      await vm.run('systemctl restart interlock-metadata.service', 60);
      expect(await reaches()).toBe('no\n');
      expect(await reaches('setpriv --reuid=65534 --clear-groups')).toBe('no\n');
      await vm.run('systemctl restart systemd-networkd; sleep 5', 60);
      expect(await reaches()).toBe('no\n');
      expect(asked[0]).toBe('PUT /latest/api/token');
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
