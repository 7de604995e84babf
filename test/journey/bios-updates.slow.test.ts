import { beforeAll, expect, test } from 'vitest';
import { grubEnvironmentFile } from '../../protocol/boot/esp.ts';
import { listEsp, showClusters } from '../support/vm/esp-file.ts';
import type { Vm } from '../support/vm/start-vm.ts';
import { type Built, buildImages } from './build-images.ts';
import { memoryOf, quickTimer, runningIn, until, untilSettled } from './in-guest.ts';
import { readGrubEnvironment } from './slot.ts';
import { openStory } from './story.ts';
import { withServer } from './with-server.ts';
import { withVm } from './with-vm.ts';

const bootSeconds = 600;
const updateSeconds = 2400;
const bios = { firmware: 'bios' } as const;
let built: Built;
let bad: string;

beforeAll(async () => {
  built = await buildImages('tiny');
  bad = await built.vary('3', { cmdline: 'rdinit=/nonexistent' });
});

test('one host updates by a BIOS, falls back from a bad release, goes back, and starts by UEFI', async () => {
  const story = openStory('bios-updates');
  await withServer(built.keys, async ({ keys, operate, config, host }) => {
    const publish = (folder: string) => operate('publish', folder, '--keys', keys, '--channel', 'stable');
    const rollback = (version: string) =>
      operate('rollback', 'tiny', '--channel', 'stable', '--to', version, '--keys', keys);
    const credentials = { 'interlock.config': config({ settle: 5 }), ...quickTimer };
    await publish(built.release('1'));
    await withVm('bios-updates', built.disk, async ({ disk, start }) => {
      const byBios = await start({ ...bios, mostBoots: 12, credentials });
      const reached = (what: string) => story(what, byBios.cpuSeconds());
      await byBios.waitForShell(bootSeconds);
      expect(await statusOf(byBios)).toMatchObject({ loader: 'grub', isBootVerified: false });
      const place = await showClusters(disk, grubEnvironmentFile);
      await reached('version 1 is up by a BIOS');

      await publish(built.release('2'));
      await untilSettled(byBios, '2', updateSeconds);
      expect(await runningIn(byBios)).toEqual({ version: '2', slot: 'b' });
      expect(await listEsp(disk, 'loader/entries')).toEqual(['interlock-1.conf', 'interlock-2.conf']);
      expect(await readGrubEnvironment(disk)).toMatchObject({ good: { generation: 2 }, trial: { left: 0 } });
      await reached('version 2 is confirmed');

      await publish(bad);
      await until(byBios, 'back on 2', updateSeconds, async ({ running, phase, failed }) => {
        const isBack = running?.version === '2' && phase.at === 'idle';
        return isBack && Object.values(failed).some(({ version }) => version === '3');
      });
      expect((await listEsp(disk, 'loader/entries')).filter((name) => /\+[1-9]/.test(name))).toEqual([]);
      expect((await readGrubEnvironment(disk)).good).toMatchObject({ generation: 2, image: { slot: 'b' } });
      expect((await host()).reports.map(({ kind }) => kind)).toContain('fell_back');
      await reached('version 3 did not come up three times, and 2 runs again');

      await rollback('1');
      await untilSettled(byBios, '1', updateSeconds);
      expect(await runningIn(byBios)).toEqual({ version: '1', slot: 'a' });
      expect(await showClusters(disk, grubEnvironmentFile)).toBe(place);
      await reached('version 1 is confirmed');
      await powerOff(byBios);

      const byUefi = await start({ mostBoots: 4, credentials });
      await byUefi.waitForShell(bootSeconds);
      expect(await statusOf(byUefi)).toMatchObject({ loader: 'systemd-boot' });
      expect(await runningIn(byUefi)).toEqual({ version: '1', slot: 'a' });
      await reached('version 1 is up by UEFI');
    });
  });
}, 7_200_000);

test('a host that was updated by UEFI starts the new release by a BIOS, uncounted', async () => {
  const story = openStory('uefi-updates');
  await withServer(built.keys, async ({ keys, operate, config, lock }) => {
    const publish = (folder: string) => operate('publish', folder, '--keys', keys, '--channel', 'stable');
    const credentials = { 'interlock.config': config({ settle: 5 }), ...quickTimer };
    await publish(built.release('1'));
    await publish(built.release('2'));
    await withVm('uefi-updates', built.disk, async ({ disk, start }) => {
      const byUefi = await start({ mostBoots: 4, credentials });
      await untilSettled(byUefi, '2', updateSeconds);
      expect((await readGrubEnvironment(disk)).good).toMatchObject({ image: { slot: 'b' } });
      await story('version 2 is confirmed by UEFI', byUefi.cpuSeconds());
      await powerOff(byUefi);

      const byBios = await start({ ...bios, mostBoots: 1, onReset: 'stay-off', credentials });
      await byBios.waitForShell(bootSeconds);
      expect(await runningIn(byBios)).toEqual({ version: '2', slot: 'b' });
      expect(await statusOf(byBios)).toMatchObject({ loader: 'grub' });
      expect((await byBios.try('[ -e /run/interlock/trial ]')).status).toBe(1);
      expect((await memoryOf(byBios))!.failed).toEqual({});
      expect(await lock()).toMatchObject({ holders: [] });
      await story('version 2 is up by a BIOS, uncounted', byBios.cpuSeconds());
    });
  });
}, 7_200_000);

async function statusOf(vm: Vm): Promise<Record<string, unknown>> {
  return JSON.parse(await vm.run('interlock-agent status --json', bootSeconds));
}

async function powerOff(vm: Vm): Promise<void> {
  await vm.run('systemctl poweroff --no-block');
  expect((await vm.waitUntilOff(300)).reason).toBe('guest-shutdown');
}
