import { beforeAll, expect, test } from 'vitest';
import { parseBootFacts } from '../../protocol/boot/boot-facts.ts';
import { grubEnvironmentFile } from '../../protocol/boot/esp.ts';
import { findPartition } from '../support/vm/disk-file.ts';
import { writeFileOnEsp } from '../support/vm/esp-file.ts';
import type { Vm } from '../support/vm/start-vm.ts';
import { type Built, buildImages } from './build-images.ts';
import { damageFile, installInSlotBForGrub, readGrubEnvironment, readRelease } from './slot.ts';
import { withVm } from './with-vm.ts';

const bootSeconds = 600;
/** The shell answers before the unit is looked at. */
const confirmLookedAt =
  'until [ "$(systemctl show interlock-confirm.service -p ConditionTimestampMonotonic --value)" != 0 ]; do sleep 1; done';
const bios = { firmware: 'bios' } as const;
let built: Built;

beforeAll(async () => {
  built = await buildImages('tiny');
});

test('one disk boots by a BIOS and by UEFI, each from a verified root, and the host knows by which', async () => {
  await withVm('bios', built.disk, async ({ disk, start }) => {
    const byBios = await start({ ...bios, onReset: 'stay-off' });
    await byBios.waitForShell(bootSeconds);
    const state = await byBios.try('systemctl is-system-running --wait', bootSeconds);
    const failed = await byBios.run('systemctl list-units --failed --plain --no-legend');
    expect({ state: state.output.trim(), failed }).toEqual({ state: 'running', failed: '' });
    const { root } = await readRelease(built.release('1'));
    expect(await byBios.run('dmsetup table root')).toContain(root.verity.rootHash);
    expect(await byBios.run('[ ! -e /sys/firmware/efi ]')).toBe('');
    const { guid } = await findPartition(disk, 'esp');
    expect(await facts(byBios)).toEqual({ loader: 'grub', esp: guid, generation: 1, secureBoot: false });
    expect(await isOnTrial(byBios)).toBe(false);
    await byBios.run('systemctl poweroff --no-block');
    expect((await byBios.waitUntilOff(120)).reason).toBe('guest-shutdown');

    const byUefi = await start({ onReset: 'stay-off' });
    await byUefi.waitForShell(bootSeconds);
    expect(await facts(byUefi)).toEqual({
      loader: 'systemd-boot',
      esp: guid,
      generation: 1,
      secureBoot: false,
    });
  });
});

test('by a BIOS a trial is counted, and a damaged slot gives way after three tries', async () => {
  await withVm('bios-counted', built.disk, async ({ disk, start }) => {
    await installInSlotBForGrub(disk, built.release('2'));
    const vm = await start({ ...bios, onReset: 'stay-off' });
    await vm.waitForShell(bootSeconds);
    expect(await vm.run('. /etc/os-release; echo $VERSION_ID')).toBe('2\n');
    expect(await facts(vm)).toMatchObject({ loader: 'grub', generation: 2 });
    expect(await isOnTrial(vm)).toBe(true);
    await vm.run(confirmLookedAt, bootSeconds);
    expect(await vm.run('systemctl show interlock-confirm.service -p ConditionResult')).toBe(
      'ConditionResult=yes\n',
    );
    expect((await readGrubEnvironment(disk)).trial?.left).toBe(2);
  });
  await withVm('bios-fall-back', built.disk, async ({ disk, start }) => {
    await installInSlotBForGrub(disk, built.release('2'));
    await damageFile(disk, 'b', built.release('2'), 'usr/lib/systemd/systemd');
    const vm = await start({ ...bios, mostBoots: 4 });
    await vm.waitForShell(4 * bootSeconds, 4);
    expect(vm.ends().map(({ reason }) => reason)).toEqual(['guest-reset', 'guest-reset', 'guest-reset']);
    expect(await vm.run('. /etc/os-release; echo $VERSION_ID')).toBe('1\n');
    expect(await isOnTrial(vm)).toBe(false);
    expect((await readGrubEnvironment(disk)).trial?.left).toBe(0);
  });
});

test('with a torn pointer GRUB boots what the newest mark says was good', async () => {
  await withVm('bios-torn', built.disk, async ({ disk, start }) => {
    await installInSlotBForGrub(disk, built.release('2'));
    await writeFileOnEsp(disk, grubEnvironmentFile, Buffer.alloc(1024, 0xff));
    const marks = await Promise.all(
      (['1', '2'] as const).map(async (version, index) => {
        const { root } = await readRelease(built.release(version));
        return `EFI/interlock/confirmed-${9 + index}-${'ab'[index]}-${root.verity.rootHash.slice(0, 16)}`;
      }),
    );
    for (const mark of marks) await writeFileOnEsp(disk, mark, '');
    const vm = await start({ ...bios, onReset: 'stay-off' });
    await vm.waitForShell(bootSeconds);
    expect(await vm.run('. /etc/os-release; echo $VERSION_ID')).toBe('2\n');
    expect(await facts(vm)).toMatchObject({ loader: 'grub', generation: 10 });
    expect(await isOnTrial(vm)).toBe(false);
  });
});

async function facts(vm: Vm) {
  return parseBootFacts(await vm.run('cat /run/interlock/boot'));
}

async function isOnTrial(vm: Vm): Promise<boolean> {
  return (await vm.try('[ -e /run/interlock/trial ]')).status === 0;
}
