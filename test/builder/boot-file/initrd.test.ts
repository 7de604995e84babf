import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packCpio } from '../../../builder/boot-file/cpio.ts';
import { packInitrd, readInit } from '../../../builder/boot-file/initrd.ts';
import { packDisk } from '../../../builder/disk/pack-disk.ts';
import { bootFactsFile, parseBootFacts, trialFile } from '../../../protocol/boot/boot-facts.ts';
import type { Release } from '../../../protocol/documents/release.ts';
import type { GptTable } from '../../../protocol/formats/disk/gpt.ts';
import { makeRelease } from '../support/made-release.ts';

const mebibyte = 1024 * 1024;
const sizes = { esp: 34 * mebibyte, root: 2 * mebibyte, verity: mebibyte, state: 8 * mebibyte };
const busybox = spawnSync('busybox', ['which', 'busybox']).stdout?.toString().trim() ?? '';
const whyNot = process.getuid?.() !== 0 ? 'not root' : busybox ? undefined : 'busybox is not installed';

/** Stand-ins that note how they were called; sleeping lets the clock of this small world run. */
const noting = (program: string) => `#!/usr/bin/busybox sh\necho "${program} $*" >>/calls\n`;
const standIns = new Map<string, Uint8Array>(
  [
    'mount',
    'umount',
    'insmod',
    'modprobe',
    'dmsetup',
    'e2fsck',
    'sync',
    'chroot',
    'switch_root',
    'reboot',
  ].map((program) => [`usr/sbin/${program}`, Buffer.from(noting(program))]),
);
standIns.set(
  'usr/sbin/sleep',
  Buffer.from(
    '#!/usr/bin/busybox sh\nnow=$(cut -d. -f1 /proc/uptime)\necho "$((now + 5)).25 1.00" >/proc/uptime\n',
  ),
);

let dir: string;
let world: string;
let release: Release;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'initrd-'));
  release = await makeRelease(dir, [
    { path: 'usr/lib/os-release', type: '0', content: Buffer.from('ID=x\n') },
  ]);
});
afterAll(() => rmSync(dir, { recursive: true }));

/** busybox and what it is linked against. */
function busyboxFiles(): Map<string, Uint8Array> {
  const linked = spawnSync('ldd', [busybox]).stdout.toString();
  const libraries = [...linked.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path!);
  return new Map([
    ['usr/bin/busybox', readFileSync(busybox)],
    ...libraries.map((path): [string, Buffer] => [path.slice(1), readFileSync(path)]),
  ]);
}

function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(world, path)), { recursive: true });
  writeFileSync(join(world, path), content);
}

function putTool(program: string, script: string): void {
  put(`usr/sbin/${program}`, Buffer.from(script));
}

const own = '/sysroot/var/lib/interlock/etc';
const archive = packCpio(
  new Map([
    ['interlock', { kind: 'directory' }],
    ['interlock/agent.d', { kind: 'directory' }],
    [
      'interlock/agent.d/50-host.toml',
      { kind: 'file', mode: 0o600, content: Buffer.from('channel = "beta"\n') },
    ],
  ]),
);

/** Puts a disk and its partitions where the kernel would show them. */
async function plugIn(name: string, seed: string): Promise<GptTable> {
  const image = join(world, 'dev', name);
  const { table } = await packDisk(dir, image, { sizes, seed });
  put(`sys/devices/${name}/queue/logical_block_size`, '512\n');
  put(`sys/devices/${name}/size`, `${table.sectors}\n`);
  mkdirSync(join(world, 'sys/class/block'), { recursive: true });
  symlinkSync(`../../devices/${name}`, join(world, 'sys/class/block', name));
  for (const { number, name: partition, firstLba, lastLba } of table.partitions) {
    const device = `${name}${number}`;
    put(`sys/devices/${name}/${device}/partition`, `${number}\n`);
    put(`sys/devices/${name}/${device}/start`, `${firstLba}\n`);
    put(`sys/devices/${name}/${device}/size`, `${lastLba - firstLba + 1}\n`);
    put(`sys/devices/${name}/${device}/uevent`, `MAJOR=254\nPARTN=${number}\nPARTNAME=${partition}\n`);
    symlinkSync(`../../devices/${name}/${device}`, join(world, 'sys/class/block', device));
    const length = Math.min(lastLba - firstLba + 1, 64) * 512;
    const bytes = Buffer.alloc(length);
    const file = openSync(image, 'r');
    readSync(file, bytes, 0, length, firstLba * 512);
    closeSync(file);
    writeFileSync(join(world, 'dev', device), bytes);
  }
  return table;
}

function boot(): { calls: string[]; message: string; status: number | null } {
  const { status } = spawnSync('chroot', [world, '/init']);
  const calls = existsSync(join(world, 'calls')) ? readFileSync(join(world, 'calls'), 'utf8') : '';
  return {
    calls: calls.trim().split('\n'),
    message: readFileSync(join(world, 'dev/kmsg'), 'utf8').trim(),
    status,
  };
}

describe.skipIf(whyNot)(`initrd, unpacked and run${whyNot ? ` (skipped: ${whyNot})` : ''}`, () => {
  beforeEach(async () => {
    world = mkdtempSync(join(dir, 'world-'));
    const programs = new Map([...busyboxFiles(), ...standIns]);
    const modules = new Map([
      ['usr/lib/modules/1/dm.ko', Buffer.from('dm')],
      ['usr/lib/modules/1/a-first.ko', Buffer.from('after')],
    ]);
    const init = await readInit();
    const initrd = packInitrd({ init, programs, modules });
    expect(packInitrd({ init, programs, modules }).equals(initrd)).toBe(true);
    execFileSync(busybox, ['cpio', '-i'], { cwd: world, input: initrd, stdio: ['pipe', 'pipe', 'pipe'] });
    put('proc/uptime', '3.25 1.00\n');
    put('dev/kmsg', '');
    put('sysroot/etc/hosts', 'image');
    put('proc/cmdline', `quiet interlock.roothash=${release.root.verity.rootHash} rw\n`);
  });

  it('opens the slot by root hash, mounts it and hands over', async () => {
    await plugIn('vda', 'one');
    const { calls, message } = boot();
    const { rootHash, salt } = release.root.verity;
    const blocks = release.root.size / 4096;
    expect(calls).toEqual([
      'mount -t proc -o nosuid,nodev,noexec proc /proc',
      'mount -t sysfs -o nosuid,nodev,noexec sysfs /sys',
      'mount -t devtmpfs -o nosuid,mode=0755 devtmpfs /dev',
      'mount -t tmpfs -o nosuid,nodev,strictatime,mode=0755,size=20% tmpfs /run',
      'insmod /usr/lib/modules/1/dm.ko',
      'insmod /usr/lib/modules/1/a-first.ko',
      `dmsetup create root --readonly --noudevsync --table 0 ${blocks * 8} verity 1 /dev/vda2 /dev/vda3 4096 4096 ${blocks} 1 sha256 ${rootHash} ${salt} 1 panic_on_corruption`,
      'dmsetup mknodes root',
      'mount -t erofs -o ro /dev/mapper/root /sysroot',
      'e2fsck -p /dev/vda6',
      'mount -t ext4 /dev/vda6 /sysroot/var',
      'mount --bind /sysroot/etc /run/interlock/image-etc',
      `mount -t overlay overlay /sysroot/etc -o lowerdir=/sysroot/etc,upperdir=${own}/upper,workdir=${own}/work,index=off,metacopy=off,redirect_dir=off,xino=off`,
      'mount -t vfat -o ro /dev/vda1 /run/esp',
      'umount /run/esp',
      'sync ',
      'sync ',
      'mount --move /dev /sysroot/dev',
      'mount --move /proc /sysroot/proc',
      'mount --move /run /sysroot/run',
      'mount --move /sys /sysroot/sys',
      'switch_root /sysroot /usr/lib/systemd/systemd',
    ]);
    expect(message).toBe(`<5>interlock: slot a, root hash ${rootHash}`);
    expect(existsSync(join(world, 'run/interlock/grow'))).toBe(false);
  });

  it('has the devices ask for their drivers, also those that appear behind others', async () => {
    const late = '/sys/bus/scsi/devices/0/modalias';
    put('sys/bus/pci/devices/0/modalias', 'pci:v1000\n');
    put('sys/bus/pci/devices/1/modalias', 'pci:v1000\n');
    mkdirSync(join(world, dirname(late)), { recursive: true });
    mkdirSync(join(world, 'lib/modules'), { recursive: true });
    putTool('sleep', '#!/usr/bin/busybox sh\n/usr/bin/busybox mv /late /sys/class/block/vda\n');
    putTool('modprobe', `${noting('modprobe')}echo scsi:t-0x00 >${late}\n`);
    await plugIn('vda', 'one');
    execFileSync('mv', [join(world, 'sys/class/block/vda'), join(world, 'late')]);
    const { calls } = boot();
    expect(calls.filter((call) => call.startsWith('modprobe'))).toEqual([
      'modprobe -a pci:v1000',
      'modprobe -a pci:v1000 scsi:t-0x00',
      'modprobe softdog',
    ]);
    expect(calls.at(-1)).toMatch(/^switch_root/);
  });

  it.each([
    ['the disk goes on behind the state', 'vda', 40_000],
    ['a cut came between partition and file system', 'vda/vda6', 40_000],
  ])('has the state grown when %s', async (_, device, more) => {
    await plugIn('vda', 'one');
    const file = `sys/devices/${device}/size`;
    put(file, `${Number(readFileSync(join(world, file), 'utf8')) + more}\n`);
    boot();
    expect(readFileSync(join(world, 'run/interlock/grow'), 'utf8')).toBe('DISK=/dev/vda\n');
  });

  it('repairs a state that needs it, and hands over even when that fails', async () => {
    await plugIn('vda', 'one');
    putTool('e2fsck', `${noting('e2fsck')}exit 4\n`);
    const { calls, message } = boot();
    expect(calls.filter((call) => call.startsWith('e2fsck'))).toEqual([
      'e2fsck -p /dev/vda6',
      'e2fsck -y /dev/vda6',
    ]);
    expect(message).toContain('the state on vda6 could not be repaired');
    expect(calls.at(-1)).toMatch(/^switch_root/);
  });

  it('reboots when the state cannot be mounted', async () => {
    await plugIn('vda', 'one');
    putTool('mount', `${noting('mount')}[ "$2" != ext4 ]\n`);
    const { calls, message } = boot();
    expect(message).toContain('<2>interlock: the state cannot be mounted; rebooting');
    expect(calls.at(-1)).toBe('reboot -f');
  });

  it('takes the configuration from the ESP once', async () => {
    await plugIn('vda', 'one');
    put('run/esp/interlock/config.cpio', archive);
    expect(boot().message).toContain('configuration was taken');
    const taken = join(world, 'sysroot/etc/interlock/agent.d/50-host.toml');
    expect(readFileSync(taken, 'utf8')).toBe('channel = "beta"\n');
    expect(statSync(taken).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(world, 'sysroot/etc/hosts'), 'utf8')).toBe('image');
    rmSync(taken);
    expect(boot().message).not.toContain('configuration');
    expect(existsSync(taken)).toBe(false);
  });

  it('says that the configuration is damaged, and asks for it again at the next boot', async () => {
    await plugIn('vda', 'one');
    put('run/esp/interlock/config.cpio', archive.subarray(0, 150));
    expect(boot().message).toContain('configuration on the ESP is damaged');
    put('run/esp/interlock/config.cpio', archive);
    expect(boot().message).toContain('configuration was taken');
  });

  describe('under Secure Boot', () => {
    const variables = 'sys/firmware/efi/efivars';
    const taken = () => join(world, 'sysroot/etc/interlock');
    const answering = (status: number) =>
      putTool(
        'chroot',
        `${noting('chroot')}ls /run/interlock >>/calls\necho "config_invalid: nobody's"\nexit ${status}\n`,
      );
    beforeEach(async () => {
      await plugIn('vda', 'one');
      put(`${variables}/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c`, Buffer.from([6, 0, 0, 0, 1]));
      put('run/esp/interlock/config.cpio', archive);
    });

    it('takes a configuration whose signature the root vouches for, and the very bytes that it saw', () => {
      answering(0);
      put('run/esp/interlock/config.cpio.sig', 'signature');
      const { calls, message } = boot();
      expect(message).toContain('configuration was taken');
      expect(existsSync(taken())).toBe(true);
      const asked = calls.indexOf(
        'chroot /sysroot /usr/bin/interlock-agent verify /run/interlock/config.cpio',
      );
      expect(calls[asked - 1]).toBe(
        `mount -t efivarfs -o ro,nosuid,nodev,noexec efivarfs /sysroot/${variables}`,
      );
      expect(calls.slice(asked + 1, asked + 9)).toEqual([
        ...['boot', 'config.cpio', 'config.cpio.sig', 'image-etc'],
        ...[
          `umount /sysroot/${variables}`,
          'umount /sysroot/dev',
          'umount /sysroot/proc',
          'umount /sysroot/run',
        ],
      ]);
    });

    it.each([
      ['has no signature', undefined, 'not taken: it has no signature'],
      ['is not signed by a key of the firmware', 'signature', "not taken: config_invalid: nobody's"],
    ])('takes none that %s, says why, and asks again at the next boot', (_, signature, reason) => {
      answering(65);
      if (signature) put('run/esp/interlock/config.cpio.sig', signature);
      expect(boot().message).toContain(reason);
      expect(existsSync(taken())).toBe(false);
      answering(0);
      put('run/esp/interlock/config.cpio.sig', 'better signature');
      expect(boot().message).toContain('configuration was taken');
    });
  });

  it('takes only the disk whose ESP was booted', async () => {
    await plugIn('vda', 'other');
    const [esp] = (await plugIn('vdb', 'booted')).partitions;
    const text = Buffer.from(`${esp!.guid.toUpperCase()}\0`, 'utf16le');
    const variable = 'LoaderDevicePartUUID-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f';
    put(`sys/firmware/efi/efivars/${variable}`, Buffer.concat([Buffer.from([6, 0, 0, 0]), text]));
    expect(boot().calls.find((call) => call.startsWith('dmsetup create'))).toContain(' /dev/vdb2 /dev/vdb3 ');
  });

  describe('what started it', () => {
    const facts = () => parseBootFacts(readFileSync(join(world, bootFactsFile), 'utf8'));
    const isOnTrial = () => existsSync(join(world, trialFile));
    const setVariable = (name: string, text: string) => {
      const content = Buffer.concat([Buffer.from([6, 0, 0, 0]), Buffer.from(`${text}\0`, 'utf16le')]);
      put(`sys/firmware/efi/efivars/${name}-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f`, content);
    };
    const say = (words: string) =>
      put('proc/cmdline', `${words} quiet interlock.roothash=${release.root.verity.rootHash}\n`);
    let esp: string;
    beforeEach(async () => {
      esp = (await plugIn('vda', 'one')).partitions.find(({ name }) => name === 'esp')!.guid;
    });

    it('was nobody who says so', () => {
      boot();
      expect(facts()).toEqual({ loader: 'none', secureBoot: false });
      expect(isOnTrial()).toBe(false);
    });

    it('was systemd-boot, which counts', () => {
      setVariable('LoaderInfo', 'systemd-boot 257');
      setVariable('LoaderDevicePartUUID', esp.toUpperCase());
      setVariable('LoaderEntrySelected', 'interlock-12+2-1.conf');
      setVariable('LoaderBootCountPath', '\\loader\\entries\\interlock-12+2-1.conf');
      say('interlock.loader=grub interlock.generation=3');
      expect(boot().calls.at(-1)).toMatch(/^switch_root/);
      expect(facts()).toEqual({ loader: 'systemd-boot', esp, generation: 12, secureBoot: false });
      expect(isOnTrial()).toBe(true);
    });

    it('was systemd-boot with a blessed entry', () => {
      setVariable('LoaderInfo', 'systemd-boot 257');
      setVariable('LoaderEntrySelected', 'interlock-3.conf');
      boot();
      expect(facts()).toEqual({ loader: 'systemd-boot', generation: 3, secureBoot: false });
      expect(isOnTrial()).toBe(false);
    });

    it('was GRUB, and the root is taken from its disk', async () => {
      await plugIn('vdb', 'two');
      const other = (await plugIn('vdc', 'three')).partitions.find(({ name }) => name === 'esp')!.guid;
      say(`interlock.loader=grub interlock.esp=${other} interlock.generation=7 interlock.trial=1`);
      expect(boot().calls.find((call) => call.startsWith('dmsetup create'))).toContain(' /dev/vdc2 ');
      expect(facts()).toEqual({ loader: 'grub', esp: other, generation: 7, secureBoot: false });
      expect(isOnTrial()).toBe(true);
    });

    it('cannot have been GRUB where signatures are checked', () => {
      const variable = 'sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c';
      put(variable, Buffer.from([6, 0, 0, 0, 1]));
      say(`interlock.loader=grub interlock.esp=${esp} interlock.generation=7 interlock.trial=1`);
      boot();
      expect(facts()).toEqual({ loader: 'none', secureBoot: true });
      expect(isOnTrial()).toBe(false);
    });
  });

  it('reboots when no slot holds the root hash, after waiting', async () => {
    await plugIn('vda', 'one');
    const wanted = 'cd'.repeat(32);
    put('proc/cmdline', `interlock.roothash=${wanted}\n`);
    const { calls, message, status } = boot();
    expect(calls.at(-1)).toBe('reboot -f');
    expect(message).toBe(`<2>interlock: no slot holds root hash ${wanted}; rebooting`);
    expect(status).toBe(1);
    expect(Number.parseInt(readFileSync(join(world, 'proc/uptime'), 'utf8'), 10)).toBeGreaterThanOrEqual(33);
  });

  it('puts the command line that came by the network before the one that a loader gave instead', async () => {
    await plugIn('vda', 'one');
    const words = `quiet interlock.roothash=${release.root.verity.rootHash}`;
    put('interlock/cmdline', words);
    put('proc/cmdline', 'installer.efi interlock.install.disk=only\n');
    putTool('mount', `${noting('mount')}[ "$2" != bind ] || cp "$3" "$4"\n`);
    const { calls } = boot();
    expect(calls).toContain('mount -o bind /run/interlock/cmdline /proc/cmdline');
    expect(readFileSync(join(world, 'proc/cmdline'), 'utf8')).toBe(
      `${words} installer.efi interlock.install.disk=only\n`,
    );
    expect(calls.at(-1)).toBe('switch_root /sysroot /usr/lib/systemd/systemd');
  });

  it('leaves a command line alone that names a root hash', async () => {
    await plugIn('vda', 'one');
    put('interlock/cmdline', `interlock.roothash=${'0'.repeat(64)}`);
    const { calls } = boot();
    expect(calls.filter((call) => call.includes('cmdline'))).toEqual([]);
    expect(calls.at(-1)).toBe('switch_root /sysroot /usr/lib/systemd/systemd');
  });

  for (const cmdline of [
    'quiet',
    'interlock.roothash=',
    'interlock.roothash=abc',
    `interlock.roothash=${'x'.repeat(64)}`,
  ]) {
    it(`reboots at once on the command line "${cmdline.slice(0, 30)}"`, () => {
      put('proc/cmdline', `${cmdline}\n`);
      const { calls, message } = boot();
      expect(message).toBe('<2>interlock: the command line names no root hash; rebooting');
      expect(calls.at(-1)).toBe('reboot -f');
    });
  }
});
