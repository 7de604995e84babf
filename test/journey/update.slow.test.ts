import { writeFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { listEsp } from '../support/vm/esp-file.ts';
import { type Built, buildImages } from './build-images.ts';
import { quickTimer, runningIn, untilSettled } from './in-guest.ts';
import { readRelease } from './slot.ts';
import { withServer } from './with-server.ts';
import { outFile, withVm } from './with-vm.ts';

const bootSeconds = 300;
const updateSeconds = 600;
let built: Built;

beforeAll(async () => {
  built = await buildImages('tiny');
});

test('a host follows its channel to a new release and back', async () => {
  const started = Date.now();
  const timeline: string[] = [];
  const reached = (what: string) =>
    timeline.push(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${what}\n`);
  await withServer(built.keys, async ({ keys, operate, config, lock }) => {
    const publish = (version: string) =>
      operate('publish', built.release(version), '--keys', keys, '--channel', 'stable');
    await publish('1');
    await publish('2');
    await withVm('update', built.disk, async ({ disk, start }) => {
      const vm = await start({
        mostBoots: 3,
        credentials: { 'interlock.config': config(), ...quickTimer },
      });
      await vm.waitForShell(bootSeconds);
      reached('version 1 is up');
      await vm.waitForShell(updateSeconds, 2);
      reached('version 2 is up, on trial');
      await untilSettled(vm, '2', updateSeconds);
      reached('version 2 is confirmed');
      expect(await runningIn(vm)).toEqual({ version: '2', slot: 'b' });
      expect(await listEsp(disk, 'loader/entries')).toEqual(['interlock-1.conf', 'interlock-2.conf']);
      const images = (await listEsp(disk, 'EFI/interlock')).filter((name) => name.endsWith('.efi'));
      expect(images.map((name) => name.slice(0, 2))).toEqual(['a-', 'b-']);
      const { root } = await readRelease(built.release('2'));
      expect(await lock()).toMatchObject({
        holders: [],
        releases: { [root.verity.rootHash]: { ok: 1, failed: {} } },
      });
      await vm.run('echo kept >/var/lib/journey; echo kept >/etc/journey; sync');

      await operate('rollback', 'tiny', '--channel', 'stable', '--to', '1', '--keys', keys);
      await vm.waitForShell(updateSeconds, 3);
      reached('version 1 is up again, on trial');
      await untilSettled(vm, '1', updateSeconds);
      reached('version 1 is confirmed');
      expect(await runningIn(vm)).toEqual({ version: '1', slot: 'a' });
      expect(await vm.run('cat /var/lib/journey /etc/journey')).toBe('kept\nkept\n');
      expect(await lock()).toMatchObject({ holders: [] });
      expect(vm.ends().map(({ reason }) => reason)).toEqual(['guest-reset', 'guest-reset']);
      timeline.push(`${vm.cpuSeconds().toFixed(1)} s of the host's processor\n`);
      await writeFile(outFile('update.txt'), timeline.join(''));
    });
  });
});
