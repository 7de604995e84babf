import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openProxyDhcp } from '../support/vm/proxy-dhcp.ts';
import { type Built, buildImages } from './build-images.ts';
import { quickTimer, runningIn } from './in-guest.ts';
import {
  bootCard,
  bootSeconds,
  emptyDisk,
  makeInstaller,
  seedDisk,
  untilCheckedIn,
  userData,
  withWebServer,
} from './make-installer.ts';
import { withServer } from './with-server.ts';
import { withVm } from './with-vm.ts';

let built: Built;
let scratch: string;
beforeAll(async () => {
  built = await buildImages('tiny');
  scratch = await mkdtemp(join(tmpdir(), 'interlock-installer-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

test('files for the network boot by iPXE from a BIOS and by PXE from UEFI, and obey user-data and the console', async () => {
  await withServer(built.keys, async (outside) => {
    const folder = await makeInstaller(outside, {
      release: built.release('1'),
      out: join(scratch, 'netboot'),
    });
    const second = await emptyDisk(scratch);
    const other = ['-drive', `if=none,id=second,format=raw,file=${second},cache=unsafe`];
    const disks = [...other, '-device', 'virtio-blk-pci,drive=second,serial=second'];
    await withVm('installer-network', await emptyDisk(scratch), async ({ start }) => {
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

      const seed = await seedDisk(scratch, userData('disk: {serial: interlock}'));
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

const orders = ['disk=only'];
const testMs = 3_600_000;

test(
  'UEFI starts the same files by HTTP boot',
  async () => {
    await withServer(built.keys, async (outside) => {
      const release = built.release('1');
      const folder = await makeInstaller(outside, { release, out: join(scratch, 'http'), orders });
      await withWebServer(folder, async (url) => {
        await withVm('installer-http', await emptyDisk(scratch), async ({ start }) => {
          const proxy = await openProxyDhcp(`${url}/installer.efi`);
          try {
            const vm = await start({ memory: 2048, net: 'none', onReset: 'stay-off', extra: proxy.devices });
            await vm.waitFor(/Start HTTP Boot over IPv4/, bootSeconds);
            await vm.waitFor(/installed tiny 1 on \/dev\/vda, and read it back/, bootSeconds);
            expect((await vm.waitUntilOff(bootSeconds)).reason).toBe('guest-reset');
          } finally {
            proxy.close();
          }
        });
      });
    });
  },
  testMs,
);

test(
  'iPXE starts the EFI program, although it gives it another command line than its own',
  async () => {
    await withServer(built.keys, async (outside) => {
      const release = built.release('1');
      const folder = await makeInstaller(outside, { release, out: join(scratch, 'ipxe'), orders });
      await withWebServer(folder, async (url) => {
        await withVm('installer-ipxe-uefi', await emptyDisk(scratch), async ({ start }) => {
          const vm = await start({
            memory: 2048,
            net: 'none',
            onReset: 'stay-off',
            extra: bootCard(`bootfile=${url}/installer.efi`),
          });
          await vm.waitFor(/installer\.efi : \d+ bytes \[EFI\]/, bootSeconds);
          expect((await vm.waitUntilOff(2 * bootSeconds)).reason).toBe('guest-reset');
          // the kernel had no word of a serial line
          expect(vm.console.text()).not.toContain('installed tiny 1');
          const host = await start({ credentials: quickTimer });
          await host.waitForShell(bootSeconds);
          expect(await runningIn(host)).toEqual({ version: '1', slot: 'a' });
          await untilCheckedIn(host, outside);
        });
      });
    });
  },
  testMs,
);
