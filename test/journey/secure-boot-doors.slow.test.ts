import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packCpio } from '../../builder/boot-file/cpio.ts';
import { appendSections } from '../../builder/boot-file/pe.ts';
import { run } from '../../system/process/run.ts';
import { makeFolderOnEsp, readFileOnEsp, writeFileOnEsp } from '../support/vm/esp-file.ts';
import type { Vm } from '../support/vm/start-vm.ts';
import { type Built, buildImages, interlock } from './build-images.ts';
import { readRelease } from './slot.ts';
import { outFile, withVm } from './with-vm.ts';

const bootSeconds = 400;
const firmwareSeconds = 180;
const entry = 'loader/entries/interlock-1.conf';
/** Whatever came in by a door carries this name. */
const mark = 'sidedoor';
let built: Built;
let scratch: string;
beforeAll(async () => {
  built = await buildImages('tiny');
  scratch = await mkdtemp(join(tmpdir(), 'interlock-doors-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const key = (name: string) =>
  `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAbc0123456789abcdefghijklmnopqrstuvwxyzABCDE ${name}`;
const userData = `#cloud-config
hostname: seeded
users:
  - name: alice
    uid: 30001
    groups: [systemd-journal]
    sudo: ALL=(ALL) NOPASSWD:ALL
    lock_passwd: false
    passwd: $6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/
    ssh_authorized_keys: ["${key('alice')}"]
ssh_authorized_keys: ["${key('root')}"]
write_files: [{path: /etc/${mark}, content: x}]
bootcmd: [touch /var/${mark}-bootcmd]
runcmd: [touch /var/${mark}-runcmd]
swap: {filename: /var/${mark}-swap, size: 1M}
coreos:
  units:
    - {name: ${mark}.service, command: start, content: "[Service]\\nExecStart=/bin/touch /var/${mark}-unit\\n"}
interlock:
  channel: ${mark}
  metadata: open
  health: {checks: {${mark}: "#!/bin/sh\\n"}}
`;
const leftOut = [
  ['the number of alice', 'the password of alice', 'groups of alice', 'sudo of alice'],
  ['files', 'bootcmd', 'runcmd', 'swap', 'units'],
  ['settings of the agent', 'access to the metadata service', 'health checks'],
].flat();

const lines: string[] = [];
const reached = async (what: string) => {
  lines.push(`${what}\n`);
  await writeFile(outFile('secure-boot-doors.txt'), lines.join(''));
};

test('with Secure Boot on, no side door of the ESP and no disk makes a host do what nobody signed', async () => {
  const image = await imageName();

  await withVm('secure-boot-doors', await signedDisk(), async ({ disk: copy, start }) => {
    await openDoors(copy, image);
    const vm = await start({ secureBoot: true, extra: await seedDevice() });
    await vm.waitForShell(bootSeconds, 2);
    expect(vm.console.text()).toContain('Custom Secure Boot keys successfully enrolled');
    expect(await vm.run('interlock-agent status', 120)).toMatch(/^boot +Secure Boot on/m);
    expect(await vm.run('cat /proc/cmdline')).not.toContain(mark);
    expect(await vm.run('ls -A /run/credentials/@encrypted /run/credentials/@initrd 2>/dev/null; true')).toBe(
      '',
    );
    await settled(vm);
    expect(await marked(vm)).toEqual([]);
    await reached('options, addons, credentials and extensions on the ESP: nothing of them is in the host');

    expect(await vm.run('cat /proc/sys/kernel/hostname')).toBe('seeded\n');
    expect(await vm.run('id alice')).toMatch(
      /^uid=2000\d\(alice\) gid=2000\d\(alice\) groups=2000\d\(alice\)\n$/,
    );
    expect(await vm.run('cut -d: -f1,2 /etc/shadow | grep alice')).toMatch(/^alice:[!*]/);
    expect(await vm.run('cat /run/systemd/network/*user-data*.network')).toContain('Address=10.0.2.77/24');
    for (const home of ['/root', '/home/alice'])
      expect(await vm.run(`cat ${home}/.ssh/authorized_keys`)).toBe(`${key(basename(home))}\n`);
    expect(JSON.parse(await vm.run('interlock-agent status --json', 120))).not.toMatchObject({
      channel: mark,
    });
    const journal = await vm.run('journalctl -b -o cat --no-pager', 120);
    const status = await vm.run('interlock-agent status', 120);
    for (const what of leftOut)
      for (const text of [vm.console.text(), journal, status]) expect(text).toContain(`${what}: not taken`);
    await reached(
      'user-data of a disk: name, network, user and keys were taken, everything else was left out and named',
    );

    await vm.run('systemctl poweroff --no-block');
    await vm.waitUntilOff(180);
    await writeFileOnEsp(copy, entry, entryOf(`/${image}.efi`, `initrd /${mark}.cpio`));
    await vm.powerOn();
    await vm.waitFor(/Error registering initrd: Already started/i, firmwareSeconds);
    await vm.powerCut();
    await reached('an initrd in the entry: the stub does not start');
    await writeFileOnEsp(copy, entry, entryOf(`/${image}.linux`, `initrd /${mark}.cpio`, await options()));
    await vm.powerOn();
    await vm.waitFor(/Error loading .*\.linux: (Access Denied|Security Violation)/i, firmwareSeconds);
    expect(vm.console.text()).not.toContain(`${mark} is open`);
    await reached('the kernel alone in the entry: the firmware does not start it');
  });
}, 1_800_000);

test('without Secure Boot the same doors are open, but for those that the initrd shuts', async () => {
  const image = await imageName();
  await withVm('secure-boot-doors-off', built.disk, async ({ disk: copy, start }) => {
    await openDoors(copy, image);
    const vm = await start({ extra: await seedDevice() });
    await vm.waitForShell(bootSeconds);
    const cmdline = await vm.run('cat /proc/cmdline');
    expect([cmdline.includes(`${mark}=options`), cmdline.includes(`${mark}=addon`)]).toEqual([true, true]);
    await settled(vm);
    expect(await marked(vm)).toEqual(
      expect.arrayContaining(['bootcmd', 'runcmd', 'swap', 'unit'].map((what) => `/var/${mark}-${what}`)),
    );
    expect(await marked(vm)).not.toContain(`/run/${mark}`);
    await reached('without Secure Boot, options, addons and everything of the user-data were taken');
  });
}, 1_800_000);

/** Every file that came in by a door. */
async function marked(vm: Vm): Promise<string[]> {
  const text = await vm.run(`find / /run /var /etc /usr -xdev -name '*${mark}*' | sort -u`, 300);
  return text.split('\n').filter(Boolean);
}

async function settled(vm: Vm): Promise<void> {
  await vm.try('systemctl is-system-running --wait', bootSeconds);
}

/** Lays onto the ESP whatever a stranger could. */
async function openDoors(disk: string, image: string): Promise<void> {
  await writeFileOnEsp(disk, entry, entryOf(`/${image}.efi`, await options()));
  const addon = appendSections(await readFileOnEsp(built.disk, 'EFI/BOOT/BOOTX64.EFI'), [
    { name: '.cmdline', content: Buffer.from(`${mark}=addon`) },
  ]);
  const credentials = {
    'tmpfiles.extra.cred': `f /run/${mark}\n`,
    [`systemd.extra-unit.${mark}.service.cred`]: `[Service]\nExecStart=/bin/touch /run/${mark}\n`,
    'systemd.unit-dropin.sysinit.target.cred': `[Unit]\nWants=${mark}.service\n`,
  };
  const [beside, loader] = [`${image}.efi.extra.d`, 'loader'];
  for (const folder of [beside, `${loader}/credentials`, `${loader}/addons`])
    await makeFolderOnEsp(disk, folder);
  for (const folder of [beside, `${loader}/credentials`])
    for (const [name, text] of Object.entries(credentials))
      await writeFileOnEsp(disk, `${folder}/${name}`, text);
  for (const folder of [beside, `${loader}/addons`])
    await writeFileOnEsp(disk, `${folder}/${mark}.addon.efi`, addon);
  for (const [kind, hierarchy] of [
    ['sysext', 'usr/lib'],
    ['confext', 'etc'],
  ] as const) {
    const extension = await makeExtension(kind, hierarchy);
    await writeFileOnEsp(disk, `${beside}/${mark}.${kind}.raw`, extension);
    if (kind === 'sysext') await writeFileOnEsp(disk, `${beside}/${mark}.raw`, extension);
  }
  const init = `#!/usr/bin/busybox sh\nwhile :; do echo '${mark} is open' >/dev/console; sleep 1; done\n`;
  await writeFileOnEsp(
    disk,
    `${mark}.cpio`,
    packCpio(new Map([['init', { kind: 'file', mode: 0o755, content: Buffer.from(init) }]])),
  );
}

function entryOf(linux: string, ...more: string[]): string {
  return ['title a stranger', 'sort-key interlock', 'version 1', `linux ${linux}`, ...more, ''].join('\n');
}

async function options(): Promise<string> {
  const { root } = await readRelease(built.release('1'));
  return `options interlock.roothash=${root.verity.rootHash} console=ttyS0 ${mark}=options`;
}

async function makeExtension(kind: 'sysext' | 'confext', hierarchy: string): Promise<Buffer> {
  const [folder, file] = [join(scratch, kind), join(scratch, `${kind}.raw`)];
  const release = kind === 'sysext' ? 'usr/lib/extension-release.d' : 'etc/extension-release.d';
  await mkdir(join(folder, release), { recursive: true });
  await writeFile(join(folder, release, `extension-release.${mark}`), 'ID=_any\n');
  await writeFile(join(folder, hierarchy, mark), '');
  await run('mkfs.erofs', [file, folder]);
  return readFile(file);
}

async function imageName(): Promise<string> {
  const { root } = await readRelease(built.release('1'));
  return `EFI/interlock/a-${root.verity.rootHash.slice(0, 16)}`;
}

async function seedDevice(): Promise<string[]> {
  const drive = `if=none,id=seed,format=raw,readonly=on,file=${await makeSeed()}`;
  return ['-drive', drive, '-device', 'virtio-blk-pci,drive=seed'];
}

/** A disk as people make it for NoCloud. */
async function makeSeed(): Promise<string> {
  const seed = join(scratch, 'seed.img');
  await rm(seed, { force: true });
  await run('mkfs.vfat', ['-C', '-n', 'CIDATA', seed, '1024']);
  for (const [name, text] of Object.entries({
    'meta-data': 'instance-id: from-disk\n',
    'user-data': userData,
    'network-config':
      'version: 2\nethernets: {lan: {match: {macaddress: "52:54:00:12:34:56"}, addresses: [10.0.2.77/24]}}\n',
  })) {
    await writeFile(join(scratch, name), text);
    await run('mcopy', ['-i', seed, join(scratch, name), `::${name}`]);
  }
  return seed;
}

async function signedDisk(): Promise<string> {
  const [release, disk] = [join(scratch, basename(built.release('1'))), join(scratch, 'disk.raw')];
  await cp(built.release('1'), release, { recursive: true });
  await run(process.execPath, [interlock, 'sign', release, '--keys', built.keys]);
  await run(process.execPath, [
    interlock,
    'disk',
    release,
    '--out',
    disk,
    '--keys',
    built.keys,
    '--secure-boot-enroll',
  ]);
  return disk;
}
