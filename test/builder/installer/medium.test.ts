import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { partitionRange } from '../../../builder/disk/disk-layout.ts';
import { packDisk } from '../../../builder/disk/pack-disk.ts';
import { biosLoader } from '../../../builder/grub/bios-loader.ts';
import { type CutMedium, cutMedium } from '../../../builder/installer/cut-medium.ts';
import { packIso } from '../../../builder/installer/pack-iso.ts';
import type { Release } from '../../../protocol/documents/release.ts';
import type { GptTable } from '../../../protocol/formats/disk/gpt.ts';
import { mediumFiles } from '../../../protocol/installer/medium.ts';
import { run } from '../../../system/process/run.ts';
import { makeRelease } from '../support/made-release.ts';

const mebibyte = 1024 * 1024;
const sizes = { esp: 40 * mebibyte, root: 16 * mebibyte, verity: mebibyte, state: 8 * mebibyte };
/** The agent starts twice as a program, which takes long where much else runs. */
const startsSeconds = 120;
const agent = join(import.meta.dirname, '../../../agent/cli/main.ts');
let dir: string;
let disk: string;
let table: GptTable;
let release: Release;
let medium: CutMedium;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'installer-'));
  disk = join(dir, 'disk.img');
  const content = Buffer.from('ID=interlock\n');
  release = await makeRelease(dir, [{ path: 'usr/lib/os-release', type: '0', content }]);
  ({ table } = await packDisk(dir, disk, { sizes, loader: Buffer.from('MZ loader') }));
  medium = await cutMedium(disk, table, release, dir, dir);
});
afterAll(() => rmSync(dir, { recursive: true }));

const mtools = (image: string, command: string, ...args: string[]) => run(command, ['-i', image, ...args]);

test(
  'a disk installed from the medium is the disk that `interlock disk` makes, wherever it is read',
  async () => {
    const [folder, target] = [join(dir, 'medium'), join(dir, 'target.img')];
    await mkdir(folder);
    writeFileSync(join(folder, mediumFiles.manifest), medium.manifest);
    for (const [name, path] of Object.entries(medium.files)) {
      cpSync(path, join(folder, mediumFiles[name as keyof typeof medium.files]));
    }
    const expected = readFileSync(disk);
    writeFileSync(target, Buffer.alloc(expected.length + 2 * mebibyte, 0x5a));
    const install = (...args: string[]) =>
      run(process.execPath, [agent, 'install', target, '--medium', folder, ...args]);
    await expect(install()).rejects.toThrow('holds something in its first and last MiB; to erase it');
    expect(await install('--erase')).toMatch(/installed made 1\.0 on .*, and read it back/);
    const found = readFileSync(target);
    const same = (from: number, length: number) =>
      found.subarray(from, from + length).equals(expected.subarray(from, from + length));
    for (const name of ['esp', 'state'] as const) {
      const { offset, size } = partitionRange(table, name);
      expect(same(offset, size), name).toBe(true);
    }
    const { root } = release;
    expect(same(partitionRange(table, 'root-a').offset, root.size)).toBe(true);
    expect(same(partitionRange(table, 'verity-a').offset, root.verity.size)).toBe(true);
    truncateSync(target, expected.length);
    expect(await run('sgdisk', ['-v', target])).toContain('No problems found');
  },
  startsSeconds * 1000,
);

test('the ISO is the same twice, and what xorriso, isoinfo, sgdisk and mtools find in it is what went in', async () => {
  const [one, two] = [join(dir, 'one.iso'), join(dir, 'two.iso')];
  const boot = Buffer.alloc(300_000, 'MZ');
  const size = await packIso({ release, medium, boot }, one);
  await packIso({ release, medium, boot }, two);
  const bytes = readFileSync(one);
  expect(bytes.length).toBe(size);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(
    createHash('sha256').update(readFileSync(two)).digest('hex'),
  );
  expect(await run('sgdisk', ['-v', one])).toContain('No problems found');
  const report = await run('sh', [
    '-c',
    'xorriso -indev "$1" -report_el_torito plain -pvd_info 2>&1',
    'sh',
    one,
  ]);
  const volume = `INTERLOCK_${release.root.verity.rootHash.slice(0, 16).toUpperCase()}`;
  expect(report).toContain(`Volume id    : '${volume}'`);
  const block = Number(/El Torito boot img : +1 +UEFI +y +none .* (\d+)\n/.exec(report)?.[1]);
  expect(await mtools(`${one}@@${block * 2048}`, 'mtype', '::EFI/BOOT/BOOTX64.EFI')).toBe(boot.toString());
  expect(await run('sgdisk', ['-i', '1', one])).toContain(`First sector: ${block * 4} `);
  const listed = await run('isoinfo', ['-f', '-i', one]);
  expect(listed.trim().split('\n')).toEqual([
    '/INTERLOCK',
    ...Object.values(mediumFiles)
      .map((name) => `/INTERLOCK/${name.toUpperCase()};1`)
      .sort(),
  ]);
  const path = '/INTERLOCK/MEDIUM.JSON;1';
  expect(await run('isoinfo', ['-i', one, '-x', path])).toBe(medium.manifest.toString());
});

test('for arm64 disk and ISO start by UEFI alone, each by the program that arm64 firmware looks for', async () => {
  const arm = { ...release, arch: 'arm64' } as const;
  const folder = join(dir, 'arm64');
  for (const name of ['root.erofs', 'root.verity', 'boot.efi']) cpSync(join(dir, name), join(folder, name));
  writeFileSync(join(folder, 'release.json'), JSON.stringify(arm));
  const [image, iso] = [join(folder, 'disk.img'), join(folder, 'arm64.iso')];
  const { table: own } = await packDisk(folder, image, { sizes, loader: Buffer.from('MZ loader') });
  expect(own.partitions.map(({ number, name }) => `${number} ${name}`)).toEqual([
    '1 esp',
    '2 root-a',
    '3 verity-a',
    '4 root-b',
    '5 verity-b',
    '6 state',
  ]);
  expect(own.sectors).toBe(table.sectors - (2 * mebibyte) / 512);
  expect(await run('sgdisk', ['-v', image])).toContain('No problems found');
  const { offset } = partitionRange(own, 'esp');
  const programs = (await mtools(`${image}@@${offset}`, 'mdir', '-b', '-/', '::EFI')).match(/BOOT\S+\.EFI/g);
  expect(programs).toEqual(['BOOT/BOOTAA64.EFI']);
  const boot = Buffer.alloc(300_000, 'MZ');
  await packIso({ release: arm, medium: await cutMedium(image, own, arm, folder, folder), boot }, iso);
  const report = await run('sh', ['-c', 'xorriso -indev "$1" -report_el_torito plain 2>&1', 'sh', iso]);
  expect(report).not.toContain('BIOS');
  const block = Number(/El Torito boot img : +1 +UEFI +y +none .* (\d+)\n/.exec(report)?.[1]);
  expect(await mtools(`${iso}@@${block * 2048}`, 'mtype', '::EFI/BOOT/BOOTAA64.EFI')).toBe(boot.toString());
});

const modules = '/usr/lib/grub/i386-pc';
const whyNot = existsSync(modules) ? undefined : 'grub-pc-bin is not installed';

test.skipIf(whyNot)(
  'a BIOS finds GRUB on a CD and on a stick, and GRUB a script that its own checker accepts',
  async () => {
    const grub = new Map(readdirSync(modules).map((name) => [name, readFileSync(join(modules, name))]));
    const loaders = { disk: await biosLoader(grub), cd: grub.get('cdboot.img')! };
    const iso = join(dir, 'bios.iso');
    const boot = Buffer.alloc(300_000, 'MZ');
    const [kernel, initrd] = [Buffer.from('kernel'), Buffer.from('initrd')];
    const cmdline = 'interlock.live=00 interlock.install.disk=size:>=1GB a="b c"';
    await packIso({ release, medium, boot, bios: { loaders, kernel, initrd, cmdline } }, iso);
    const bytes = readFileSync(iso);
    const options = ['-indev', iso, '-report_el_torito', 'plain'];
    const report = await run('sh', ['-c', 'exec xorriso "$@" 2>&1', 'sh', ...options]);
    // xorriso checks the table's sum
    expect(report).toMatch(/El Torito img opts : +1 +boot-info-table/);
    const block = Number(/El Torito boot img : +1 +BIOS +y +none .* (\d+)\n/.exec(report)?.[1]);
    expect(report).toMatch(/El Torito boot img : +2 +UEFI +y +none/);
    const core = bytes.subarray((block + 1) * 2048);
    expect(bytes.readBigUInt64LE(0x5c)).toBe(BigInt((block + 1) * 4));
    expect(core.readBigUInt64LE(500)).toBe(BigInt((block + 1) * 4 + 1));
    expect(core.subarray(512, loaders.disk.length - 512).equals(loaders.disk.subarray(1024))).toBe(true);
    expect(await run('sgdisk', ['-v', iso])).toContain('No problems found');
    const file = (name: string) => run('isoinfo', ['-i', iso, '-x', `/INTERLOCK/${name};1`]);
    expect([await file('LINUX.IMG'), await file('INITRD.IMG')]).toEqual(['kernel', 'initrd']);
    const script = await file('MEDIUM.CFG');
    expect(script).toContain("linux ($root)/interlock/linux.img 'interlock.live=00' 'interlock.install.disk");
    expect(spawnSync('grub-script-check', { input: script })).toMatchObject({ status: 0 });
  },
);
