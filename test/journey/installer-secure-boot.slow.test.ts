import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../system/process/run.ts';
import { machineFiles } from '../support/vm/qemu-args.ts';
import { type Built, buildImages, interlock } from './build-images.ts';
import { runningIn } from './in-guest.ts';
import { bootSeconds, emptyDisk, makeInstaller, seedDisk, userData } from './make-installer.ts';
import { withServer } from './with-server.ts';
import { outFile, withVm } from './with-vm.ts';

let built: Built;
let scratch: string;
beforeAll(async () => {
  built = await buildImages('tiny');
  scratch = await mkdtemp(join(tmpdir(), 'interlock-installer-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const lines: string[] = [];
const reached = async (what: string) => {
  lines.push(`${what}\n`);
  await writeFile(outFile('installer-secure-boot.txt'), lines.join(''));
};

test('with Secure Boot on, an installer starts signed, and obeys its own signed orders and the console, not a disk', async () => {
  const release = await signedRelease();
  await withServer(built.keys, async (outside) => {
    const medium = async (name: string, orders: string[], more: string[]) => {
      const iso = await makeInstaller(outside, { release, out: join(scratch, name), orders, more });
      const cd = `if=none,id=cd,format=raw,readonly=on,media=cdrom,file=${iso}`;
      return ['-drive', cd, '-device', 'ide-cd,bus=ide.0,drive=cd,bootindex=0'];
    };
    const signed = ['--keys', built.keys];
    const seed = await seedDisk(scratch, userData('disk: {serial: target}'));
    const others = [
      ...['-drive', `if=none,id=target,format=raw,file=${await emptyDisk(scratch)},cache=unsafe`],
      ...['-device', 'virtio-blk-pci,drive=target,serial=target'],
      ...['-drive', `if=none,id=seed,format=raw,readonly=on,file=${seed}`],
      ...['-device', 'virtio-blk-pci,drive=seed'],
    ];
    await withVm('installer-secure-boot', await enrollingDisk(release), async ({ disk, start }) => {
      const first = await start({ secureBoot: true });
      await first.waitForShell(bootSeconds, 2);
      expect(first.console.text()).toContain('Custom Secure Boot keys successfully enrolled');
      await first.powerCut();
      const { variables } = machineFiles(dirname(disk));
      const startFrom = async (cd: string[]) =>
        start({ secureBoot: true, variables, onReset: 'stay-off', extra: [...cd, ...others] });
      await reached('the firmware has our keys');

      const unsigned = await startFrom(await medium('unsigned.iso', ['disk=serial:target'], []));
      await unsigned.waitFor(/(Access Denied|Security Violation)/i, bootSeconds);
      await unsigned.powerCut();
      expect(unsigned.console.text()).not.toContain('installing tiny');
      await reached('a medium that nobody signed does not start');

      const asking = await startFrom(await medium('asking.iso', [], signed));
      await asking.waitFor(/Secure Boot is on, and anybody may have written these user-data/, bootSeconds);
      await asking.waitFor(/type: install DISK/, bootSeconds);
      expect(asking.console.text()).not.toContain('installing tiny');
      await reached('the orders of a disk are refused, and the console asks');
      asking.type('install /dev/vda\n');
      await asking.waitFor(/installed tiny 1 on \/dev\/vda, and read it back/, bootSeconds);
      expect((await asking.waitUntilOff(bootSeconds)).reason).toBe('guest-reset');
      await reached('the order of the console is obeyed');

      // the installer told the firmware to start the disk next
      await asking.powerOn();
      await asking.waitForShell(bootSeconds);
      expect(await runningIn(asking)).toEqual({ version: '1', slot: 'a' });
      expect(await asking.run('interlock-agent status', 120)).toMatch(/^boot +Secure Boot on/m);
      expect(await asking.run('cat /sys/block/vda/serial; echo; cat /proc/mounts')).toMatch(/^target\n/);
      await reached('what was installed starts, verified');
      await asking.powerCut();

      const ordered = await startFrom(await medium('ordered.iso', ['disk=serial:target'], signed));
      await ordered.waitFor(/nothing is written to \/dev\/vda: it holds tiny 1 already/, bootSeconds);
      expect((await ordered.waitUntilOff(bootSeconds)).reason).toBe('guest-reset');
      await reached('the signed orders come before those of the disk');
    });
  });
}, 3_600_000);

async function signedRelease(): Promise<string> {
  const release = join(scratch, basename(built.release('1')));
  await cp(built.release('1'), release, { recursive: true });
  await run(process.execPath, [interlock, 'sign', release, '--keys', built.keys]);
  return release;
}

/** Its loader gives the firmware our keys at the first start. */
async function enrollingDisk(release: string): Promise<string> {
  const disk = join(scratch, 'enrolling.raw');
  const options = ['--out', disk, '--keys', built.keys, '--secure-boot-enroll'];
  await run(process.execPath, [interlock, 'disk', release, ...options]);
  return disk;
}
