import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../system/process/run.ts';
import { type Built, buildImages, interlock } from './build-images.ts';
import { quickTimer, runningIn, untilSettled } from './in-guest.ts';
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
    const iso = await makeInstaller(outside, 'cd.iso');
    const cd = ['-drive', `if=none,id=cd,format=raw,readonly=on,media=cdrom,file=${iso}`];
    // the firmware asks the CD first, each time
    const extra = [...cd, '-device', 'ide-cd,bus=ide.0,drive=cd,bootindex=0'];
    await withVm('installer-cd', await emptyDisk(), async ({ start }) => {
      const vm = await start({ extra, credentials: quickTimer });
      await vm.waitFor(/installing tiny 1 on \/dev\/vda \(8\.00 GiB, serial interlock\)/, bootSeconds);
      await vm.waitFor(/installed tiny 1 on \/dev\/vda, and read it back/, bootSeconds);
      await vm.waitForShell(bootSeconds, 2);
      expect(await runningIn(vm)).toEqual({ version: '1', slot: 'a' });
      await untilSettled(vm, '1', bootSeconds);
      expect(await outside.host()).toMatchObject({ version: '1' });

      await vm.run('systemctl reboot --no-block');
      await vm.waitFor(/nothing is written to \/dev\/vda: it holds tiny 1 already/, bootSeconds);
      await vm.waitForShell(bootSeconds, 4);
      expect(await runningIn(vm)).toEqual({ version: '1', slot: 'a' });
    });
  });
});

test('files for the network install as well, and two disks stop them until the console says which', async () => {
  await withServer(built.keys, async (outside) => {
    const folder = await makeInstaller(outside, 'netboot');
    const script = await run('sed', ['-n', 's/^kernel linux initrd=initrd //p', join(folder, 'boot.ipxe')]);
    const second = await emptyDisk();
    const direct = [
      '-kernel',
      join(folder, 'linux'),
      '-initrd',
      join(folder, 'initrd'),
      '-append',
      script.trim(),
    ];
    const other = ['-drive', `if=none,id=second,format=raw,file=${second},cache=unsafe`];
    const extra = [...other, '-device', 'virtio-blk-pci,drive=second,serial=second'];
    await withVm('installer-network', await emptyDisk(), async ({ disk, start }) => {
      const vm = await start({ extra: [...extra, ...direct], memory: 2048, onReset: 'stay-off' });
      await vm.waitFor(/serial second\) and .*serial interlock\) are meant; name one of them/, bootSeconds);
      await vm.waitFor(/type: install DISK/, bootSeconds);
      vm.type('install /dev/vdb\n');
      await vm.waitFor(/installed tiny 1 on \/dev\/vdb, and read it back/, bootSeconds);
      expect((await vm.waitUntilOff(bootSeconds)).reason).toBe('guest-reset');
      expect(await run('sgdisk', ['-p', disk])).toContain('verity-b');
      const host = await start({ credentials: quickTimer });
      await host.waitForShell(bootSeconds);
      await untilSettled(host, '1', bootSeconds);
      expect(await outside.host()).toMatchObject({ version: '1' });
    });
  });
});

/** An installer for hosts that know their server. */
async function makeInstaller(outside: Outside, name: string): Promise<string> {
  const [config, out] = [join(scratch, `${name}.etc`), join(scratch, name)];
  await mkdir(join(config, 'interlock/agent.d'), { recursive: true });
  await writeFile(join(config, 'interlock/agent.d/60-host.toml'), outside.config(), { mode: 0o600 });
  const options = ['--out', out, '--config', config, '--order', 'disk=only'];
  await run(process.execPath, [interlock, 'installer', built.release('1'), ...options]);
  return out;
}

async function emptyDisk(): Promise<string> {
  const disk = join(await mkdtemp(join(scratch, 'disk-')), 'disk.raw');
  await writeFile(disk, '');
  await truncate(disk, diskSize);
  return disk;
}
