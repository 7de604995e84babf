import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { packInitrd } from '../../../builder/boot-file/initrd.ts';
import { packUki } from '../../../builder/boot-file/uki.ts';
import { parseDefinition } from '../../../builder/definition/define.ts';
import { readDrivers } from '../../../builder/disk/fit/read-drivers.ts';
import { type Drivers, unmet } from '../../../builder/platforms/judge.ts';
import { nextCommands } from '../../../builder/platforms/next-commands.ts';
import { platformNames, platforms } from '../../../builder/platforms/platforms.ts';
import { checkPlatforms } from '../../../builder/release/check-platforms.ts';
import { biosLoaderFile } from '../../../protocol/boot/host-layout.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { makeStub } from '../boot-file/make-stub.ts';
import { makeRelease } from '../support/made-release.ts';
import type { MadeEntry } from '../support/make-tar.ts';
import { makeTree } from '../support/make-tree.ts';

const modules = 'usr/lib/modules/6.12.1-cloud-amd64';
const module = (path: string) => ({
  path: `${modules}/${path}`,
  type: '0' as const,
  content: Buffer.from('x'),
});
let dir: string;
/** The same release with GRUB. */
let withGrub: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'platforms-'));
  withGrub = join(dir, 'grub');
  mkdirSync(withGrub);
  const bios = Buffer.alloc(512 + 3000, 7);
  bios.writeUInt16BE(0x55aa, 510);
  await makeBootable(dir, []);
  await makeBootable(withGrub, [{ path: biosLoaderFile.slice(1), type: '0', content: bios }]);
});
afterAll(() => rmSync(dir, { recursive: true }));

/** A release for virtual machines, in small slots. */
async function makeBootable(folder: string, more: MadeEntry[]): Promise<void> {
  const release = await makeRelease(folder, [
    module('kernel/drivers/net/virtio_net.ko'),
    module('kernel/drivers/scsi/sd_mod.ko'),
    {
      path: `${modules}/modules.builtin`,
      type: '0',
      content: Buffer.from('kernel/drivers/nvme/host/nvme.ko\nkernel/drivers/virtio/virtio_pci.ko\n'),
    },
    ...more,
  ]);
  const boot = packUki({
    stub: makeStub(),
    osRelease: 'ID=made\n',
    cmdline: 'ro console=ttyS0,115200n8',
    uname: '6.12.1-cloud-amd64',
    kernel: makeStub(),
    initrd: packInitrd({
      init: Buffer.from('#!'),
      programs: new Map(),
      modules: new Map([[`${modules}/kernel/drivers/block/virtio_blk.ko`, Buffer.from('abc')]]),
      drivers: new Map([
        [`${modules}/kernel/drivers/scsi/virtio-scsi.ko`, Buffer.from('abcde')],
        [`${modules}/kernel/drivers/scsi/sd_mod.ko`, Buffer.from('abcd')],
      ]),
      microcode: new Map([['AuthenticAMD.bin', Buffer.from('DMA')]]),
    }),
  });
  const sha256 = createHash('sha256').update(boot).digest('hex');
  writeFileSync(join(folder, 'boot.efi'), boot);
  const slots = { root: 16 * 2 ** 20, verity: 2 ** 20 };
  const whole = { ...release, slots, boot: { size: boot.length, sha256 } };
  writeFileSync(join(folder, 'release.json'), JSON.stringify(whole));
}

test('a release says by its files what it drives: in the initrd, in the root, built in', async () => {
  const { drivers, cmdline } = await readDrivers(dir);
  expect([...drivers.initrd].sort()).toEqual([
    ...['nvme', 'sd_mod', 'virtio_blk', 'virtio_pci', 'virtio_scsi'],
  ]);
  expect([...drivers.root].sort()).toEqual(['nvme', 'sd_mod', 'virtio_net', 'virtio_pci']);
  expect(drivers.hasBios).toBe(false);
  expect(cmdline).toBe('ro console=ttyS0,115200n8');
});

describe('what a platform needs', () => {
  const all: Drivers = {
    initrd: new Set(platformNames.flatMap((name) => platforms[name].disk.flat())),
    root: new Set(platformNames.flatMap((name) => platforms[name].network.flat())),
    hasBios: true,
  };

  it.each(platformNames)('%s takes a release with all drivers, and none without', (name) => {
    expect(unmet(platforms[name], 'x86-64', all)).toEqual([]);
    const none = { initrd: new Set<string>(), root: new Set<string>(), hasBios: true };
    expect(unmet(platforms[name], 'x86-64', none)).toHaveLength(2);
  });

  it('is any one of several network cards, and each part of what a disk hangs on', () => {
    const gce = { ...all, root: new Set(['virtio_net']) };
    expect(unmet(platforms.gce, 'x86-64', gce)).toEqual(['its root has no gve for the network']);
    expect(unmet(platforms.metal, 'x86-64', { ...all, root: new Set(['igb']) })).toEqual([]);
    const cloud = { ...all, root: new Set(['virtio_net', 'ena', 'ice', 'mlx5_core']) };
    expect(unmet(platforms.metal, 'x86-64', cloud)).toEqual([
      expect.stringMatching(/^its root has no e1000e or igb or .* for the network$/),
    ]);
    const azure = { ...all, initrd: new Set(['hv_storvsc']) };
    expect(unmet(platforms.azure, 'arm64', azure)).toEqual(['its initrd has no sd_mod to find the disk by']);
  });

  it('is a loader for a BIOS where machines have nothing else', () => {
    const without = { ...all, hasBios: false };
    const refusedOn = (arch: Arch) =>
      platformNames.filter((name) => unmet(platforms[name], arch, without).length > 0);
    expect(refusedOn('x86-64')).toEqual(['digitalocean', 'hetzner']);
    expect(refusedOn('arm64')).toEqual([]);
  });
});

describe('platforms in image.toml', () => {
  const text = (...lines: string[]) =>
    ['name = "x"', 'suite = "trixie"', ...lines, '[slots]', 'root = "1 GiB"', 'verity = "16 MiB"'].join('\n');
  const readFor = (arch: Arch, ...lines: string[]) =>
    parseDefinition(text(...lines), 'image.toml', '/x', arch);
  const read = (...lines: string[]) => readFor('x86-64', ...lines);

  it('picks the smallest kernel that all of them do with, and their consoles', () => {
    expect(read('platforms = ["aws", "libvirt"]')).toMatchObject({
      kernel: 'cloud',
      cmdline: 'console=tty0 console=ttyS0',
    });
    expect(read('platforms = ["aws", "metal"]').kernel).toBe('generic');
    expect(read('platforms = ["vmware"]', 'cmdline = "quiet"').cmdline).toBe('console=tty0 quiet');
  });

  it.each([
    ['aws', 'console=ttyS0'],
    ['azure', 'console=ttyAMA0'],
    ['gce', 'console=ttyS0 console=ttyAMA0'],
    ['hetzner', 'console=tty0'],
    ['libvirt', 'console=tty0 console=ttyAMA0'],
    ['metal', 'console=tty0 console=ttyAMA0'],
    ['openstack', 'console=tty0 console=ttyAMA0'],
  ])('names the consoles that arm64 machines of %s have', (name, cmdline) => {
    expect(readFor('arm64', `platforms = ["${name}"]`).cmdline).toBe(cmdline);
  });

  it.each(['digitalocean', 'proxmox', 'virtualbox', 'vmware'])(
    'refuses arm64 on %s, which has no such machines, and takes it below the other architecture',
    (name) => {
      const lines = [`platforms = ["aws", "${name}"]`];
      expect(() => readFor('arm64', ...lines)).toThrow(
        `image.toml:3: platform ${name} takes x86-64, and this is built for arm64: write it below [arch.x86-64]`,
      );
      expect(read(...lines).platforms).toEqual(['aws', name]);
      const apart = ['platforms = ["aws"]', '[arch.x86-64]', `platforms = ["${name}"]`];
      expect(readFor('arm64', ...apart).platforms).toEqual(['aws']);
      expect(read(...apart).platforms).toEqual(['aws', name]);
    },
  );

  it('leaves a console out that the image names itself', () => {
    const { cmdline } = read('platforms = ["aws", "libvirt"]', 'cmdline = "console=ttyS0,9600"');
    expect(cmdline).toBe('console=tty0 console=ttyS0,9600');
  });

  it('changes nothing of an image that names none', () => {
    expect(read('kernel = "cloud"', 'cmdline = "console=ttyS0"')).toMatchObject({
      platforms: [],
      cmdline: 'console=ttyS0',
    });
    expect(() => read()).toThrow('kernel is missing');
  });

  it('refuses a kernel that contradicts, with both lines, and a platform that nobody knows', () => {
    expect(() => read('kernel = "cloud"', 'platforms = ["aws", "metal"]')).toThrow(
      'image.toml:4: platform metal needs drivers that image.toml:3 does without',
    );
    expect(() => read('platforms = ["ibm"]')).toThrow('must be a platform: aws, azure');
  });

  it('refuses a finished root without the drivers, with the platform’s line', async () => {
    const definition = read('platforms = ["libvirt"]');
    const boot = {
      kernelRelease: '6.12.1-cloud-amd64',
      modules: new Map(
        ['virtio_blk', 'virtio_scsi', 'sd_mod'].map((name) => [`${modules}/a/${name}.ko`, Buffer.of()]),
      ),
      drivers: new Map<string, Buffer>(),
    };
    await expect(checkPlatforms(makeTree(), definition, boot)).rejects.toThrow(
      'image.toml:3: platform libvirt: its root has no virtio_net for the network',
    );
    const whole = makeTree({ [`${modules}/a/virtio_net.ko`]: 'x' });
    await expect(checkPlatforms(whole, definition, boot)).resolves.toBeUndefined();
    await expect(checkPlatforms(whole, definition, { ...boot, modules: new Map() })).rejects.toThrow(
      'its initrd has no virtio_blk, virtio_scsi, sd_mod to find the disk by',
    );
  });
});

test('what to type next names the disk, is one command a line for a shell, and asks for UEFI', () => {
  const efi = /UEFI|uefi|efi|HyperV|hyper-v-generation V2/;
  const named = ['aws', 'azure', 'gce', 'libvirt', 'openstack', 'proxmox', 'virtualbox'];
  for (const name of platformNames) {
    for (const arch of ['x86-64', 'arm64'] as const) {
      const disk = { file: '/tmp/my.disk', image: 'made-1', arch, size: 5 * 2 ** 30, hasBios: false };
      const lines = nextCommands(name, disk);
      expect(lines.join('\n')).toContain('my.disk');
      expect(lines.join('\n')).not.toContain('undefined');
      if (named.includes(name)) expect(lines.join('\n')).toMatch(efi);
      for (const line of lines) execFileSync('sh', ['-n', '-c', line]);
    }
  }
});

describe('interlock disk --for', { timeout: 120_000 }, () => {
  const diskOf = (release: string, ...args: string[]) => {
    const main = join(import.meta.dirname, '../../../cli/main.ts');
    const sizes = ['--esp-size', '64 MiB', '--state-size', '16 MiB'];
    return spawnSync(process.execPath, [main, 'disk', release, ...sizes, ...args], { encoding: 'utf8' });
  };
  const disk = (...args: string[]) => diskOf(dir, ...args);

  it('makes what starts by a BIOS only, where the release has GRUB', () => {
    const qcow2 = join(dir, 'made.qcow2');
    const made = diskOf(withGrub, '--for', 'digitalocean', '--out', qcow2);
    expect(made).toMatchObject({ status: 0, stdout: expect.stringContaining('doctl compute image create') });
    expect(execFileSync('qemu-img', ['check', qcow2]).toString()).toContain('No errors were found');
    const packed = join(dir, 'made.raw.zst');
    const other = diskOf(withGrub, '--for', 'hetzner', '--out', packed);
    expect(other).toMatchObject({ status: 0, stdout: expect.stringContaining('hcloud-upload-image upload') });
    expect(other.stdout).toContain('has no console=tty0; write platforms = ["hetzner"]');
    const raw = join(dir, 'made.raw');
    execFileSync('zstd', ['-dq', packed, '-o', raw]);
    const compared = execFileSync('qemu-img', ['compare', '-f', 'raw', '-F', 'qcow2', raw, qcow2]);
    expect(compared.toString()).toBe('Images are identical.\n');
    expect(readFileSync(raw).readUInt16BE(510)).toBe(0x55aa);
  });

  it('refuses a release without GRUB where machines have a BIOS only', () => {
    for (const name of ['digitalocean', 'hetzner']) {
      const out = join(dir, name === 'hetzner' ? 'x.raw.zst' : 'x.qcow2');
      const { status, stderr } = disk('--for', name, '--out', out);
      expect(status).toBe(65);
      expect(stderr).toContain('BIOS');
      expect(existsSync(out)).toBe(false);
    }
  });

  it('refuses a release that cannot start there before it writes, and says what to write', () => {
    const { status, stderr } = disk('--for', 'aws', '--out', join(dir, 'aws.raw'));
    expect(status).toBe(65);
    expect(stderr).toContain('made-1.0-x86-64 cannot start on aws: its root has no ena for the network');
    expect(stderr).toContain('Write `platforms = ["aws"]` in image.toml');
    expect(() => readFileSync(join(dir, 'aws.raw'))).toThrow('ENOENT');
  });

  it('refuses a name that the platform would not take, and a format beside it', () => {
    expect(disk('--for', 'gce', '--out', join(dir, 'x.img')).stderr).toContain('ends with .tar.gz');
    expect(disk('--for', 'gce', '--format', 'vdi', '--out', join(dir, 'x.vdi')).status).toBe(2);
  });
});
