import { writeFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { listEsp } from '../support/vm/esp-file.ts';
import type { Vm } from '../support/vm/start-vm.ts';
import { type Built, buildImages } from './build-images.ts';
import { memoryOf, quickTimer, runningIn, until, untilSettled } from './in-guest.ts';
import { readRelease } from './slot.ts';
import { withServer } from './with-server.ts';
import { outFile, withVm } from './with-vm.ts';

const bootSeconds = 400;
const updateSeconds = 1800;
let built: Built;

beforeAll(async () => {
  built = await buildImages('tiny');
});

/** Cuts the written kernel image short, once, when nothing is left to do but the flip. */
const truncateImage = `#!/bin/sh
truncate -s 1M /run/interlock/esp-*/EFI/interlock/b-*.efi && rm "$0"
`;

test('a host follows its channel to a new release and back', async () => {
  const started = Date.now();
  const timeline: string[] = [];
  const reached = (what: string) =>
    timeline.push(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${what}\n`);
  await withServer(built.keys, async ({ keys, operate, config, lock, host }) => {
    const publish = (version: string) =>
      operate('publish', built.release(version), '--keys', keys, '--channel', 'stable');
    const told = async (version: string) =>
      (await host()).reports.filter((report) => report.version === version).map(({ kind }) => kind);
    await publish('1');
    await withVm('update', built.disk, async ({ disk, start }) => {
      const vm = await start({
        mostBoots: 4,
        credentials: { 'interlock.config': config(), ...quickTimer },
      });
      await vm.waitForShell(bootSeconds);
      reached('version 1 is up');
      const hook = '/etc/interlock/hooks/pre-reboot.d/10-truncate';
      await vm.run(
        `mkdir -p $(dirname ${hook}); echo ${base64(truncateImage)} | base64 -d >${hook}; chmod +x ${hook}`,
      );
      await publish('2');
      await until(
        vm,
        'done with the refused flip',
        updateSeconds,
        async ({ phase, reports, reportCount }) => {
          const isRested = phase.at === 'idle' && reportCount > 0 && reports.length === 0;
          return isRested && (await told('2')).includes('cancelled');
        },
      );
      const refusal = (await host()).reports.find(({ kind }) => kind === 'cancelled');
      expect(refusal!.detail).toMatch(/b-[0-9a-f]{16}\.efi is not the signed kernel image/);
      expect(vm.boots()).toBe(1);
      expect(await listEsp(disk, 'loader/entries')).toEqual(['interlock-1.conf']);
      expect(await lock()).toMatchObject({ holders: [] });
      reached('a truncated kernel image was refused');

      await vm.waitForShell(updateSeconds, 2);
      reached('version 2 is up, on trial');
      expect((await vm.try('systemctl is-active boot-complete.target')).output).toBe('inactive\n');
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
      expect(await told('2')).toContain('confirmed');
      await vm.run('until systemctl -q is-active boot-complete.target; do sleep 0.5; done');
      await vm.run('systemctl start interlock-deadman.service');
      expect(await vm.run('systemctl show interlock-deadman.service -p ConditionResult')).toBe(
        'ConditionResult=no\n',
      );
      await vm.run('echo kept >/var/lib/journey; echo kept >/etc/journey; sync');
      const identity = await vm.run('cat /etc/machine-id /var/lib/interlock/agent/identity.json');

      await operate('rollback', 'tiny', '--channel', 'stable', '--to', '1', '--keys', keys);
      await vm.waitForShell(updateSeconds, 3);
      reached('version 1 is up again, on trial');
      await untilSettled(vm, '1', updateSeconds);
      reached('version 1 is confirmed');
      expect(await runningIn(vm)).toEqual({ version: '1', slot: 'a' });
      expect(await vm.run('cat /var/lib/journey /etc/journey')).toBe('kept\nkept\n');
      expect(await vm.run('cat /etc/machine-id /var/lib/interlock/agent/identity.json')).toBe(identity);
      expect((await memoryOf(vm))!.boots).toHaveLength(3);
      expect(await lock()).toMatchObject({ holders: [] });
      expect(await told('1')).toContain('confirmed');

      await bootNext(vm, 'interlock-2.conf');
      await vm.waitForShell(bootSeconds, 4);
      expect(await runningIn(vm)).toEqual({ version: '2', slot: 'b' });
      reached('version 2 is up, chosen by hand');
      expect(vm.ends().map(({ reason }) => reason)).toEqual(['guest-reset', 'guest-reset', 'guest-reset']);
      timeline.push(`${vm.cpuSeconds().toFixed(1)} s of the host's processor\n`);
      await writeFile(outFile('update.txt'), timeline.join(''));
    });
  });
}, 3_600_000);

/** Reboots into an entry, once, as a person at the boot loader would (`LoaderEntryOneShot`, systemd's boot loader interface). */
async function bootNext(vm: Vm, entry: string): Promise<void> {
  const text = Buffer.concat([Buffer.from([7, 0, 0, 0]), Buffer.from(`${entry}\0`, 'utf16le')]);
  const variable = 'LoaderEntryOneShot-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f';
  await vm.run(
    `echo ${base64(text)} | base64 -d >/run/next; cat /run/next >/sys/firmware/efi/efivars/${variable}`,
  );
  await vm.run('systemctl reboot --no-block');
}

function base64(content: string | Uint8Array): string {
  return Buffer.from(content as string).toString('base64');
}
