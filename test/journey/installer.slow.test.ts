import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Built, buildImages } from './build-images.ts';
import { quickTimer, runningIn } from './in-guest.ts';
import { bootSeconds, emptyDisk, makeInstaller, untilCheckedIn } from './make-installer.ts';
import { withServer } from './with-server.ts';
import { withVm } from './with-vm.ts';

let built: Built;
let scratch: string;
beforeAll(async () => {
  built = await buildImages('tiny');
  scratch = await mkdtemp(join(tmpdir(), 'interlock-installer-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

test('a CD installs the only disk, which boots, checks in, and is left alone while the CD is in the drive', async () => {
  await withServer(built.keys, async (outside) => {
    const iso = await makeInstaller(outside, {
      release: built.release('1'),
      out: join(scratch, 'cd.iso'),
      orders: ['disk=only'],
    });
    const cd = ['-drive', `if=none,id=cd,format=raw,readonly=on,media=cdrom,file=${iso}`];
    // the firmware asks the CD first, each time
    const extra = [...cd, '-device', 'ide-cd,bus=ide.0,drive=cd,bootindex=0'];
    await withVm('installer-cd', await emptyDisk(scratch), async ({ start }) => {
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
    const iso = await makeInstaller(outside, {
      release: built.release('1'),
      out: join(scratch, 'bios.iso'),
      orders: ['disk=only'],
    });
    const cd = ['-drive', `if=none,id=cd,format=raw,readonly=on,media=cdrom,file=${iso}`];
    const extra = [...cd, '-device', 'ide-cd,bus=ide.0,drive=cd,bootindex=0'];
    await withVm('installer-bios', await emptyDisk(scratch), async ({ disk, start }) => {
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

async function firstBytes(path: string, length: number): Promise<string> {
  const file = await open(path);
  try {
    return (await file.read(Buffer.alloc(length), 0, length, 0)).buffer.toString('latin1');
  } finally {
    await file.close();
  }
}
