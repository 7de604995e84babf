import { writeFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { listEsp } from '../support/vm/esp-file.ts';
import { type Built, buildImages } from './build-images.ts';
import { memoryOf, quickTimer, runningIn, until, untilSettled } from './in-guest.ts';
import { readRelease } from './slot.ts';
import { withServer } from './with-server.ts';
import { outFile, withVm } from './with-vm.ts';

const bootSeconds = 1200;
const updateSeconds = 3600;
const arch = 'arm64';
let built: Built;
let bad: string;

beforeAll(async () => {
  built = await buildImages('tiny', arch);
  bad = await built.vary('3', { cmdline: 'rdinit=/nonexistent' });
}, 7_200_000);

test('an arm64 host boots, updates, and falls back from a bad release', async () => {
  const started = Date.now();
  const timeline: string[] = [];
  const reached = (what: string) =>
    timeline.push(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${what}\n`);
  await withServer(built.keys, async ({ keys, operate, config, lock, host }) => {
    const publish = (folder: string) => operate('publish', folder, '--keys', keys, '--channel', 'stable');
    const credentials = { 'interlock.config': config({ settle: 5 }), ...quickTimer };
    await publish(built.release('1'));
    await withVm('arm64', built.disk, async ({ disk, start }) => {
      const vm = await start({ arch, mostBoots: 6, credentials });
      await vm.waitForShell(bootSeconds);
      const state = await vm.try('systemctl is-system-running --wait', bootSeconds);
      const failed = await vm.run('systemctl list-units --failed --plain --no-legend');
      expect({ state: state.output.trim(), failed }).toEqual({ state: 'running', failed: '' });
      expect(await vm.run('uname -m; cat /run/interlock/boot')).toMatch(/^aarch64\n.*systemd-boot/s);
      expect(await vm.run('cat /proc/cmdline')).toContain('console=ttyAMA0');
      // no board's own that this kernel drives
      expect(await vm.run('cat /sys/class/watchdog/watchdog0/identity')).toBe('Software Watchdog\n');
      const { root } = await readRelease(built.release('1'));
      expect(await vm.run('dmsetup table root')).toContain(root.verity.rootHash);
      reached('version 1 is up');

      await publish(built.release('2'));
      await untilSettled(vm, '2', updateSeconds);
      expect(await runningIn(vm)).toEqual({ version: '2', slot: 'b' });
      expect(await listEsp(disk, 'loader/entries')).toEqual(['interlock-1.conf', 'interlock-2.conf']);
      reached('version 2 is confirmed');

      await publish(bad);
      await until(vm, 'back on 2', updateSeconds, ({ running, phase, failed: given }) => {
        const isBack = running?.version === '2' && phase.at === 'idle';
        return isBack && Object.values(given).some(({ version }) => version === '3');
      });
      expect(await runningIn(vm)).toEqual({ version: '2', slot: 'b' });
      expect(vm.ends().map(({ reason }) => reason)).toEqual(Array(5).fill('guest-reset'));
      expect(await listEsp(disk, 'loader/entries')).not.toContainEqual(expect.stringMatching(/\+[1-9]/));
      expect((await host()).reports.map(({ kind }) => kind)).toContain('fell_back');
      expect((await memoryOf(vm))!.running).toMatchObject({ version: '2' });
      expect(await lock()).toMatchObject({ holders: [] });
      reached('version 3 did not come up three times, and 2 runs again');
      timeline.push(`${vm.cpuSeconds().toFixed(1)} s of this machine's processor\n`);
      await writeFile(outFile('arm64.txt'), timeline.join(''));
    });
  });
}, 14_400_000);
