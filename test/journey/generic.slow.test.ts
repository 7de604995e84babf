import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../system/process/run.ts';
import { chooseAccelerator } from '../support/vm/host.ts';
import type { VmOptions } from '../support/vm/qemu-args.ts';
import { interlock } from './build-images.ts';
import { withVm } from './with-vm.ts';

const bootSeconds = 600;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-generic-'));
  const definition = join(folder, 'tiny');
  await cp(join(import.meta.dirname, '../../images/tiny'), definition, {
    recursive: true,
    verbatimSymlinks: true,
  });
  const file = join(definition, 'image.toml');
  // tiny leaves out what a virtual machine has no use for
  const text = (await readFile(file, 'utf8'))
    .replace('kernel = "cloud"', 'kernel = "generic"')
    .replace('root = "512 MiB"', 'root = "1 GiB"')
    .replace(/^ *"\/usr\/lib\/modules\/.*\n/gm, '');
  await writeFile(file, text);
  // tiny has udev look at virtio alone
  await rm(join(definition, 'overlay/usr/lib/systemd/system/systemd-udev-trigger.service.d'), {
    recursive: true,
    force: true,
  });
  await run(process.execPath, [interlock, 'build', definition, '--version', '1', '--out', folder]);
  const release = join(folder, `tiny-1-${process.arch === 'arm64' ? 'arm64' : 'x86-64'}`);
  await run(process.execPath, [interlock, 'disk', release, '--out', join(folder, 'disk.raw')]);
  await chooseAccelerator(join(release, 'boot.efi'));
}, 1_800_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const machines: [bus: NonNullable<VmOptions['bus']>, drivers: string[]][] = [
  ['ahci', ['ahci', 'sd_mod']],
  ['nvme', ['nvme']],
  ['usb', ['xhci_pci', 'usb_storage', 'sd_mod']],
];

test.each(machines)(
  'the generic kernel finds its root and its network behind %s and e1000e',
  async (bus, drivers) => {
    await withVm(`generic-${bus}`, join(folder, 'disk.raw'), async ({ start }) => {
      const vm = await start({ bus, card: 'e1000e', onReset: 'stay-off' });
      await vm.waitForShell(bootSeconds);
      const state = await vm.try('systemctl is-system-running --wait', bootSeconds);
      const failed = await vm.run('systemctl list-units --failed --plain --no-legend');
      expect({ state: state.output.trim(), failed }).toEqual({ state: 'running', failed: '' });
      await vm.run(`udevadm settle --timeout=${bootSeconds}`, bootSeconds);
      const loaded = (await vm.run('cut -d" " -f1 /proc/modules')).split('\n');
      expect(loaded).toEqual(expect.arrayContaining([...drivers, 'e1000e', 'dm_verity', 'erofs']));
      // what no device asked for
      expect(loaded.filter((name) => ['megaraid_sas', 'mpt3sas', 'hpsa'].includes(name))).toEqual([]);
      const watchdog = await vm.run('cat /sys/class/watchdog/watchdog0/identity');
      expect(watchdog).not.toContain('Software Watchdog');
      expect(await vm.run('ls /sys/class/net')).toMatch(/^en/m);
    });
  },
);
