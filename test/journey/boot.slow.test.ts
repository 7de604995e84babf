import { writeFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { run } from '../../system/process/run.ts';
import { listEsp } from '../support/vm/esp-file.ts';
import type { Vm } from '../support/vm/start-vm.ts';
import { formatTimeline, timeline } from '../support/vm/timeline.ts';
import { type Built, buildImages, interlock } from './build-images.ts';
import { quickTimer } from './in-guest.ts';
import { damageFile, installInSlotB, readRelease } from './slot.ts';
import { outFile, withVm } from './with-vm.ts';

const entries = 'loader/entries';
const bootSeconds = 300;
const units = ['agent.timer', 'agent.service', 'confirm.service', 'deadman.timer', 'deadman.service'].map(
  (unit) => `/usr/lib/systemd/system/interlock-${unit}`,
);
/** The deadman looks at once; a blessed slot has nothing to fear from it. */
const quickDeadman = {
  'systemd.unit-dropin.interlock-deadman.timer': '[Timer]\nOnBootSec=\nOnBootSec=20\n',
};
/** Prints which programs of ours run once the agent has been there, and gone; fails when its run failed. */
const afterTheAgent = `
until [ -e /var/lib/interlock/agent/state.json ] &&
    [ "$(systemctl is-active interlock-agent.service)" = inactive ]; do sleep 0.5; done
for exe in /proc/[0-9]*/exe; do readlink "$exe"; done | grep /usr/lib/interlock || true
`;
let built: Built;

beforeAll(async () => {
  built = await buildImages('tiny');
});

test('a disk boots to multi-user.target from a verified, read-only root', async () => {
  await withVm('boot', built.disk, async ({ disk, start }) => {
    const vm = await start({
      extra: await foreignDisk(disk),
      onReset: 'stay-off',
      credentials: { ...quickTimer, ...quickDeadman },
    });
    await vm.waitForShell(bootSeconds);
    const state = await vm.try('systemctl is-system-running --wait', bootSeconds);
    const failed = await vm.run('systemctl list-units --failed --plain --no-legend');
    expect({ state: state.output.trim(), failed }).toEqual({ state: 'running', failed: '' });
    expect(await vm.run('systemctl is-active multi-user.target')).toBe('active\n');

    const { root } = await readRelease(built.release('1'));
    const table = (await vm.run('dmsetup table root')).trim().split(' ');
    expect(table).toContain('verity');
    expect(table).toContain('panic_on_corruption');
    expect(table).toContain(root.verity.rootHash);
    // another disk comes first and holds the same root, yet the booted disk's own slot was taken
    const device = `/sys/dev/block/${table[4]}`;
    const serials = await vm.run(`cat ${device}/../serial; echo; cat /sys/block/vda/serial`);
    expect(serials).toBe('interlock\nforeign');
    expect(await vm.run(`cat ${device}/uevent`)).toContain('PARTNAME=root-a\n');
    expect((await vm.run('awk \'$2 == "/"\' /proc/mounts')).trim()).toMatch(
      /^\/dev\/mapper\/root \/ erofs ro,/,
    );
    const write = await vm.try('touch /usr/bin/intruder');
    expect(write.status).not.toBe(0);
    expect(write.output).toContain('Read-only file system');

    expect(await listEsp(disk, entries)).toEqual(['interlock-1.conf']);
    expect(await countedEntry(vm)).toBe('');

    expect(await vm.run(afterTheAgent, bootSeconds)).toBe('');
    const deadman = await vm.run(
      'systemctl show interlock-deadman.service -p ConditionResult -p ActiveState',
    );
    expect(deadman.split('\n').sort().join(' ').trim()).toBe('ActiveState=inactive ConditionResult=no');
    const complaints = await vm.try(`systemd-analyze verify --man=no ${units.join(' ')}`, 120);
    expect(complaints).toEqual({ status: 0, output: '' });

    const lines = formatTimeline(await timeline(vm));
    await writeFile(outFile('boot.txt'), `${lines}${vm.cpuSeconds().toFixed(1)} s of the host's processor\n`);

    await vm.run('systemctl poweroff --no-block');
    expect((await vm.waitUntilOff(120)).reason).toBe('guest-shutdown');
  });
});

test('one flipped bit of the root ends the boot', async () => {
  await withVm('flipped-bit', built.disk, async ({ disk, start }) => {
    await damageFile(disk, 'a', built.release('1'), 'usr/lib/systemd/systemd');
    const vm = await start({ onReset: 'stay-off' });
    expect((await vm.waitUntilOff(bootSeconds)).reason).toBe('guest-reset');
    expect(vm.console.text()).toContain('Kernel panic - not syncing: dm-verity device corrupted');
    expect(vm.console.text()).not.toContain('login:');
  });
});

test('a newer slot boots with a counter, and gives way after three tries when it is damaged', async () => {
  await withVm('counted', built.disk, async ({ disk, start }) => {
    await installInSlotB(disk, built.release('2'));
    const vm = await start({ onReset: 'stay-off' });
    await vm.waitForShell(bootSeconds);
    expect(await vm.run('. /etc/os-release; echo $VERSION_ID')).toBe('2\n');
    expect(await countedEntry(vm)).toBe('\\loader\\entries\\interlock-2+2-1.conf');
    expect(vm.boots()).toBe(1);
  });
  await withVm('fall-back', built.disk, async ({ disk, start }) => {
    await installInSlotB(disk, built.release('2'));
    await damageFile(disk, 'b', built.release('2'), 'usr/lib/systemd/systemd');
    const vm = await start({ mostBoots: 4 });
    await vm.waitForShell(4 * bootSeconds, 4);
    expect(vm.ends().map(({ reason }) => reason)).toEqual(['guest-reset', 'guest-reset', 'guest-reset']);
    expect(await vm.run('. /etc/os-release; echo $VERSION_ID')).toBe('1\n');
    expect(await listEsp(disk, entries)).toEqual(['interlock-1.conf', 'interlock-2+0-3.conf']);
  });
});

/** The entry whose counter systemd-boot lowered in this boot; empty when it boots uncounted. */
async function countedEntry(vm: Vm): Promise<string> {
  const variable = 'LoaderBootCountPath-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f';
  const file = `/sys/firmware/efi/efivars/${variable}`;
  return vm.run(`[ ! -e ${file} ] || cat ${file} | tail -c +5 | tr -d '\\000'`);
}

/** A second disk, found first by the kernel, whose slot b holds the very root that is to boot from the other disk. */
async function foreignDisk(disk: string): Promise<string[]> {
  const foreign = `${disk}.foreign`;
  const [one, two] = [built.release('1'), built.release('2')];
  await run(process.execPath, [interlock, 'disk', two, '--out', foreign]);
  await installInSlotB(foreign, one);
  const drive = `if=none,id=foreign,format=raw,file=${foreign},cache=unsafe`;
  return ['-drive', drive, '-device', 'virtio-blk-pci,drive=foreign,serial=foreign'];
}
