import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestFile } from '../../../builder/build-host/digest.ts';
import { convert } from '../../../builder/disk/formats/convert.ts';
import { crc32c } from '../../../builder/disk/formats/crc32c.ts';
import { type FormatName, formats } from '../../../builder/disk/formats/formats.ts';
import { packDisk } from '../../../builder/disk/pack-disk.ts';
import { makeRelease } from '../support/made-release.ts';
import { makeScattered } from './make-scattered.ts';

const mebibyte = 1024 * 1024;
const about = { name: 'made', version: '1.0', arch: 'x86-64', time: 1_700_000_000 } as const;
let dir: string;
let raw: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'formats-'));
  raw = join(dir, 'disk.raw');
  await makeScattered(raw, size, scattered);
});
afterAll(() => rmSync(dir, { recursive: true }));

const size = 72 * mebibyte;
/** Ends and begins pieces of every format: also within a grain, over a cluster's end, and at the disk's last bytes. */
const scattered = [
  ...Array.from({ length: 60 }, (_, index) => ({ at: (7 + index) * mebibyte, length: 40_000 })),
  { at: 5 * mebibyte + 65_000, length: 3000 },
  { at: 31 * mebibyte + 500_000, length: 2 * mebibyte },
  { at: 71 * mebibyte - 1, length: 1 },
];

function same(format: string, file: string, as = raw): string {
  const { stdout, stderr } = spawnSync('qemu-img', ['compare', '-f', 'raw', '-F', format, as, file]);
  return `${stdout}${stderr}`;
}

/** What the files of an archive hash to, by name. */
function members(archive: string, ...flags: string[]): Record<string, string> {
  const folder = mkdtempSync(join(dir, 'members-'));
  execFileSync('tar', ['-C', folder, ...flags, '-xf', archive]);
  const names = execFileSync('tar', [...flags, '-tf', archive])
    .toString()
    .trim()
    .split('\n');
  return Object.fromEntries(names.map((name) => [name, join(folder, name)]));
}

const readers: Record<FormatName, (file: string) => void> = {
  'raw.zst': (file) => {
    const info = execFileSync('zstd', ['-lv', file]).toString();
    expect(info).toContain(`(${size} B)`);
    expect(execFileSync('sh', ['-c', `zstd -dc "${file}" | cmp - "${raw}"`]).toString()).toBe('');
  },
  qcow2: (file) => {
    expect(same('qcow2', file)).toBe('Images are identical.\n');
    expect(execFileSync('qemu-img', ['check', file]).toString()).toContain('No errors were found');
  },
  vdi: (file) => {
    expect(same('vdi', file)).toBe('Images are identical.\n');
    expect(execFileSync('qemu-img', ['check', file]).toString()).toContain('No errors were found');
  },
  vhd: (file) => {
    expect(same('vpc', file)).toBe('Images are identical.\n');
    const { 'virtual-size': size } = JSON.parse(
      execFileSync('qemu-img', ['info', '-f', 'vpc', '--output=json', file]).toString(),
    );
    expect(size).toBe(size);
  },
  vhdx: (file) => {
    expect(same('vhdx', file)).toBe('Images are identical.\n');
    expect(execFileSync('qemu-img', ['check', file]).toString()).toContain('No errors were found');
  },
  vmdk: (file) => {
    expect(same('vmdk', file)).toBe('Images are identical.\n');
    expect(execFileSync('qemu-img', ['check', file]).toString()).toContain('No errors were found');
  },
  ova: (file) => {
    const found = members(file);
    expect(Object.keys(found)).toEqual(['made.ovf', 'made.mf', 'made-disk1.vmdk']);
    expect(same('vmdk', found['made-disk1.vmdk']!)).toBe('Images are identical.\n');
    for (const line of readFileSync(found['made.mf']!, 'utf8').trim().split('\n')) {
      const [, name = '', sum] = /^SHA256\((.*)\)= ([0-9a-f]{64})$/.exec(line) ?? [];
      expect(createHash('sha256').update(readFileSync(found[name]!)).digest('hex')).toBe(sum);
    }
  },
  gce: (file) => {
    const found = members(file, '-z');
    expect(Object.keys(found)).toEqual(['disk.raw']);
    execFileSync('cmp', [found['disk.raw']!, raw]);
    const head = execFileSync('sh', ['-c', `zcat "${file}" | head -c 512`]);
    expect(head.toString('latin1', 257, 265)).toBe('ustar  \0');
  },
  'vagrant-libvirt': (file) => {
    const found = members(file, '-z');
    expect(Object.keys(found)).toEqual(['metadata.json', 'Vagrantfile', 'box.img']);
    expect(same('qcow2', found['box.img']!)).toBe('Images are identical.\n');
    expect(JSON.parse(readFileSync(found['metadata.json']!, 'utf8'))).toMatchObject({
      provider: 'libvirt',
      format: 'qcow2',
      virtual_size: 1,
    });
  },
  'vagrant-virtualbox': (file) => {
    const found = members(file, '-z');
    expect(Object.keys(found)).toEqual(['metadata.json', 'Vagrantfile', 'box.ovf', 'made-disk1.vmdk']);
    expect(same('vmdk', found['made-disk1.vmdk']!)).toBe('Images are identical.\n');
    expect(readFileSync(found['box.ovf']!, 'utf8')).toContain('ovf:href="made-disk1.vmdk"');
  },
};

test.each(Object.keys(formats) as FormatName[])(
  '%s has the bytes of the raw disk, and is the same in two builds',
  async (format) => {
    const [one, two] = [join(dir, 'one'), join(dir, 'two')];
    await convert(raw, one, format, about);
    await convert(raw, two, format, about);
    expect(await digestFile(two)).toEqual(await digestFile(one));
    readers[format](one);
    await rm(one);
    await rm(two);
  },
  60_000,
);

test('a disk for Compute Engine ends at a whole GiB, with a table that sgdisk accepts', async () => {
  const release = join(dir, 'release');
  mkdirSync(release);
  await makeRelease(release, [{ path: 'x', type: '0', content: Buffer.from('x') }]);
  const sizes = { esp: 64 * mebibyte, root: 16 * mebibyte, verity: mebibyte, state: 8 * mebibyte };
  const { multiple } = formats.gce;
  const made = await packDisk(release, join(dir, 'gce.raw'), { sizes, multiple });
  expect(made.size).toBe(1024 * mebibyte);
  expect(execFileSync('sgdisk', ['-v', join(dir, 'gce.raw')]).toString()).toContain('No problems found');
}, 60_000);

test('the checksum of VHDX is Castagnoli’s, by the example of RFC 3720', () => {
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
});
