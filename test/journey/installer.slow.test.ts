import { once } from 'node:events';
import { createReadStream, statSync } from 'node:fs';
import { mkdir, mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../system/process/run.ts';
import type { Vm } from '../support/vm/start-vm.ts';
import { type Built, buildImages, interlock } from './build-images.ts';
import { quickTimer, runningIn, until } from './in-guest.ts';
import { type Outside, withServer } from './with-server.ts';
import { withVm } from './with-vm.ts';

const bootSeconds = 900;
const diskSize = 8 * 2 ** 30;
let built: Built;
let scratch: string;
beforeAll(async () => {
  built = await buildImages('tiny');
  scratch = await mkdtemp(join(tmpdir(), 'interlock-installer-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

test('a CD installs the only disk, which boots, checks in, and is left alone while the CD is in the drive', async () => {
  await withServer(built.keys, async (outside) => {
    const iso = await makeInstaller(outside, 'cd.iso', 'disk=only');
    const cd = ['-drive', `if=none,id=cd,format=raw,readonly=on,media=cdrom,file=${iso}`];
    // the firmware asks the CD first, each time
    const extra = [...cd, '-device', 'ide-cd,bus=ide.0,drive=cd,bootindex=0'];
    await withVm('installer-cd', await emptyDisk(), async ({ start }) => {
      const vm = await start({ extra, credentials: quickTimer });
      await vm.waitFor(/installing tiny 1 on \/dev\/vda \(8\.00 GiB, serial interlock\)/, bootSeconds);
      await vm.waitFor(/installed tiny 1 on \/dev\/vda, and read it back/, bootSeconds);
      await vm.waitForShell(bootSeconds, 2);
      expect(await runningIn(vm)).toEqual({ version: '1', slot: 'a' });
      await untilCheckedIn(vm, outside);

      await vm.run('systemctl reboot --no-block');
      await vm.waitFor(/nothing is written to \/dev\/vda: it holds tiny 1 already/, bootSeconds);
      await vm.waitForShell(bootSeconds, 4);
      expect(await runningIn(vm)).toEqual({ version: '1', slot: 'a' });
    });
  });
});

test('by a BIOS the same CD goes on after a power cut, never installs twice, and its disk boots and checks in', async () => {
  await withServer(built.keys, async (outside) => {
    const iso = await makeInstaller(outside, 'bios.iso', 'disk=only');
    const cd = ['-drive', `if=none,id=cd,format=raw,readonly=on,media=cdrom,file=${iso}`];
    const extra = [...cd, '-device', 'ide-cd,bus=ide.0,drive=cd,bootindex=0'];
    await withVm('installer-bios', await emptyDisk(), async ({ disk, start }) => {
      const vm = await start({ firmware: 'bios', extra, onReset: 'stay-off' });
      await vm.waitFor(/write: \S+ \w+ of/, bootSeconds);
      await vm.powerCut();
      expect(await firstBytes(disk, 36)).toBe('Interlock installer\nstate unfinished');
      await vm.powerOn();
      await vm.waitFor(/installing tiny 1 on \/dev\/vda/, bootSeconds);
      await vm.waitFor(/installed tiny 1 on \/dev\/vda, and read it back/, bootSeconds);
      expect((await vm.waitUntilOff(bootSeconds)).reason).toBe('guest-reset');

      await vm.powerOn();
      await vm.waitFor(/nothing is written to \/dev\/vda: it holds tiny 1 already/, bootSeconds);
      await vm.waitFor(/remove the medium and reboot/, bootSeconds);
      await vm.powerCut();

      const host = await start({ firmware: 'bios', credentials: quickTimer });
      await host.waitForShell(bootSeconds);
      expect(await runningIn(host)).toEqual({ version: '1', slot: 'a' });
      expect(await host.run('cat /run/interlock/boot')).toContain('loader=grub');
      await untilCheckedIn(host, outside);
    });
  });
});

test('files for the network boot by iPXE from a BIOS and by PXE from UEFI, and obey user-data and the console', async () => {
  await withServer(built.keys, async (outside) => {
    const folder = await makeInstaller(outside, 'netboot');
    const second = await emptyDisk();
    const other = ['-drive', `if=none,id=second,format=raw,file=${second},cache=unsafe`];
    const disks = [...other, '-device', 'virtio-blk-pci,drive=second,serial=second'];
    await withVm('installer-network', await emptyDisk(), async ({ start }) => {
      await withWebServer(folder, async (url) => {
        const vm = await start({
          firmware: 'bios',
          memory: 2048,
          net: 'none',
          onReset: 'stay-off',
          credentials: { 'interlock.user-data': userData('disk: {only: true}') },
          extra: [...disks, ...bootCard(`bootfile=${url}/boot.ipxe`)],
        });
        await vm.waitFor(/serial second\) and .*serial interlock\) are meant; name one of them/, bootSeconds);
        await vm.waitFor(/type: install DISK/, bootSeconds);
        vm.type('install /dev/vda\n');
        await vm.waitFor(/installed tiny 1 on \/dev\/vda, and read it back/, bootSeconds);
        expect((await vm.waitUntilOff(bootSeconds)).reason).toBe('guest-reset');
      });

      const seed = await seedDisk(userData('disk: {serial: interlock}'));
      const cidata = ['-drive', `if=none,id=seed,format=raw,readonly=on,file=${seed}`];
      const vm = await start({
        memory: 2048,
        net: 'none',
        onReset: 'stay-off',
        extra: [
          ...[...disks, ...cidata, '-device', 'virtio-blk-pci,drive=seed'],
          // the firmware's own PXE: iPXE would give the program a command line
          ...bootCard(`tftp=${folder},bootfile=installer.efi`, 'romfile='),
        ],
      });
      await vm.waitFor(/installed tiny 1 on .*, and read it back/, bootSeconds);
      expect((await vm.waitUntilOff(bootSeconds)).reason).toBe('guest-reset');
      const host = await start({
        credentials: quickTimer,
        extra: [...cidata, '-device', 'virtio-blk-pci,drive=seed'],
      });
      await host.waitForShell(bootSeconds);
      await untilCheckedIn(host, outside);
      expect(await host.run('cat /etc/hostname')).toBe('installed\n');
    });
  });
});

/** The agent rests before the server has heard of it. */
async function untilCheckedIn(vm: Vm, outside: Outside): Promise<void> {
  await until(vm, 'known to the server', bootSeconds, async () => {
    return JSON.parse(await outside.operate('host', 'list', '--json')).length === 1;
  });
  expect(await outside.host()).toMatchObject({ version: '1' });
}

/** A card whose own program or firmware boots by network, from what QEMU's own DHCP server says. */
function bootCard(facts: string, ...options: string[]): string[] {
  const device = ['virtio-net-pci,netdev=boot,bootindex=0', ...options].join(',');
  return ['-netdev', `user,id=boot,${facts}`, '-device', device];
}

function userData(install: string): string {
  return `#cloud-config\nhostname: installed\ninterlock:\n  install: {${install}}\n`;
}

async function seedDisk(content: string): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'seed-'));
  await writeFile(join(folder, 'user-data'), content);
  await writeFile(join(folder, 'meta-data'), 'instance-id: installed-1\n');
  await run('genisoimage', ['-quiet', '-R', '-J', '-V', 'cidata', '-o', `${folder}.iso`, folder]);
  return `${folder}.iso`;
}

/** Serves a folder on loopback, which a guest reaches at 10.0.2.2. */
async function withWebServer(folder: string, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((request, response) => {
    const file = join(folder, basename(request.url ?? ''));
    response.setHeader('content-length', statSync(file, { throwIfNoEntry: false })?.size ?? 0);
    if (request.method === 'HEAD') response.end();
    else
      createReadStream(file)
        .on('error', () => response.destroy())
        .pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`http://10.0.2.2:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** An installer for hosts that know their server. */
async function makeInstaller(outside: Outside, name: string, ...orders: string[]): Promise<string> {
  const [config, out] = [join(scratch, `${name}.etc`), join(scratch, name)];
  await mkdir(join(config, 'interlock/agent.d'), { recursive: true });
  await writeFile(join(config, 'interlock/agent.d/60-host.toml'), outside.config(), { mode: 0o600 });
  const given = orders.flatMap((order) => ['--order', order]);
  const options = ['--out', out, '--config', config, ...given];
  await run(process.execPath, [interlock, 'installer', built.release('1'), ...options]);
  return out;
}

async function emptyDisk(): Promise<string> {
  const disk = join(await mkdtemp(join(scratch, 'disk-')), 'disk.raw');
  await writeFile(disk, '');
  await truncate(disk, diskSize);
  return disk;
}

async function firstBytes(path: string, length: number): Promise<string> {
  const file = await open(path);
  try {
    return (await file.read(Buffer.alloc(length), 0, length, 0)).buffer.toString('latin1');
  } finally {
    await file.close();
  }
}
