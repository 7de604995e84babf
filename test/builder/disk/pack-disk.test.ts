import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packUki } from '../../../builder/boot-file/uki.ts';
import { digestFile } from '../../../builder/build-host/digest.ts';
import { partitionRange } from '../../../builder/disk/disk-layout.ts';
import { checkEspSpace } from '../../../builder/disk/esp-space.ts';
import { packDisk } from '../../../builder/disk/pack-disk.ts';
import { readGrubConfig } from '../../../builder/grub/bios-loader.ts';
import { entryRoom } from '../../../protocol/boot/esp.ts';
import { formatCommandLineFile } from '../../../protocol/boot/grub-command-line.ts';
import { biosLoaderFile } from '../../../protocol/boot/host-layout.ts';
import type { Release } from '../../../protocol/documents/release.ts';
import type { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { placeLoader } from '../../../protocol/formats/disk/bios-loader.ts';
import { decodeGpt, type GptTable, gptLengths } from '../../../protocol/formats/disk/gpt.ts';
import { openErofs } from '../../support/erofs/open-erofs.ts';
import { ukiInput } from '../boot-file/check-uki.ts';
import { makeRelease } from '../support/made-release.ts';

const mebibyte = 1024 * 1024;
const sizes = { esp: 64 * mebibyte, root: 16 * mebibyte, verity: mebibyte, state: 8 * mebibyte };
const osRelease = Buffer.from('ID=interlock\nIMAGE_VERSION=1.0\n');
let dir: string;
let disk: string;
let release: Release;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'disk-'));
  disk = join(dir, 'disk.img');
  release = await makeRelease(dir, [{ path: 'usr/lib/os-release', type: '0', content: osRelease }]);
});
afterAll(() => rmSync(dir, { recursive: true }));

function read(offset: number, length: number): Buffer {
  const file = openSync(disk, 'r');
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, offset);
  closeSync(file);
  return bytes;
}

function esp(table: GptTable, command: string, ...args: string[]): string {
  const image = `${disk}@@${partitionRange(table, 'esp').offset}`;
  return execFileSync(command, ['-i', image, ...args]).toString();
}

describe('first-install disk', () => {
  it('holds a table that sgdisk accepts, with aligned partitions, the BIOS’s first and last in number', async () => {
    const { size, table } = await packDisk(dir, disk, { sizes });
    expect(statSync(disk).size).toBe(size);
    expect(statSync(disk).blocks * 512).toBeLessThan(8 * mebibyte);
    expect(execFileSync('sgdisk', ['-v', disk]).toString()).toContain('No problems found');
    const { head, tail } = gptLengths(512);
    expect(decodeGpt(read(0, head), read(size - tail, tail))).toEqual({ ...table, source: 'primary' });
    expect(table.partitions.map(({ name, firstLba }) => `${name} ${firstLba % 2048}`)).toEqual(
      ['esp', 'root-a', 'verity-a', 'root-b', 'verity-b', 'state', 'bios'].map((name) => `${name} 0`),
    );
    expect(partitionRange(table, 'bios')).toEqual({ offset: mebibyte, size: 2 * mebibyte });
    expect(execFileSync('sgdisk', ['-i', '7', disk]).toString()).toContain('BIOS boot partition');
    expect(new Set(table.partitions.map(({ guid }) => guid)).size).toBe(7);
  });

  it('boots slot a, which verifies, by an entry without a counter', async () => {
    const loader = Buffer.from('MZ loader');
    const host = new Map([['interlock/config/etc/hostname', Buffer.from('one\n')]]);
    const { table } = await packDisk(dir, disk, { sizes, loader, files: host });
    const { rootHash } = release.root.verity;
    const image = `EFI/interlock/a-${rootHash.slice(0, 16)}.efi`;
    expect(esp(table, 'mtype', '::loader/entries/interlock-1.conf')).toBe(
      `title made 1.0\nsort-key interlock\nversion 1\nlinux /${image}\n`,
    );
    expect(esp(table, 'mtype', '::loader/loader.conf')).toBe('timeout 0\neditor no\nauto-entries no\n');
    expect(esp(table, 'mtype', '::EFI/BOOT/BOOTX64.EFI')).toBe('MZ loader');
    expect(esp(table, 'mtype', '::EFI/systemd/systemd-bootx64.efi')).toBe('MZ loader');
    expect(esp(table, 'mtype', '::interlock/config/etc/hostname')).toBe('one\n');
    esp(table, 'mcopy', '-n', '-o', `::${image}`, join(dir, 'copied.efi'));
    const boot = createHash('sha256')
      .update(readFileSync(join(dir, 'copied.efi')))
      .digest('hex');
    expect(boot).toBe(release.boot.sha256);

    const [root, verity] = [partitionRange(table, 'root-a'), partitionRange(table, 'verity-a')];
    writeFileSync(join(dir, 'a.root'), read(root.offset, root.size));
    writeFileSync(join(dir, 'a.verity'), read(verity.offset, verity.size));
    execFileSync('veritysetup', ['verify', join(dir, 'a.root'), join(dir, 'a.verity'), rootHash]);
    const erofs = await openErofs(disk, root.offset);
    expect(await erofs.readFile('usr/lib/os-release')).toEqual(osRelease);
    await erofs.close();
    for (const name of ['root-b', 'verity-b'] as const) {
      const { offset, size } = partitionRange(table, name);
      expect(read(offset, size).equals(Buffer.alloc(size))).toBe(true);
    }
  });

  it('boots by a BIOS too when the root brings a loader: all that GRUB loads lies beside the boot file', async () => {
    const folder = mkdtempSync(join(dir, 'bios-'));
    const bios = Buffer.alloc(512 + 3000, 7);
    bios.writeUInt16BE(0x55aa, 510);
    const entry = { path: biosLoaderFile.slice(1), type: '0' as const, content: bios };
    const made = await makeRelease(folder, [entry], '1.0', 'made', undefined, packUki(ukiInput));
    const image = `a-${made.root.verity.rootHash.slice(0, 16)}`;
    const { table } = await packDisk(folder, disk, { sizes });
    const first = await digestFile(disk);
    expect(execFileSync('sgdisk', ['-v', disk]).toString()).toContain('No problems found');
    const { offset } = partitionRange(table, 'bios');
    const placed = placeLoader(bios, offset / 512)!;
    expect(read(0, 440).equals(placed.code)).toBe(true);
    expect(read(offset, placed.core.length).equals(placed.core)).toBe(true);
    const text = esp(table, 'mtype', `::EFI/interlock/${image}.cfg`);
    expect(text).toBe(formatCommandLineFile({ slot: 'a', prefix: image.slice(2) }, ukiInput.cmdline));
    for (const [kind, content] of [
      ['linux', ukiInput.kernel],
      ['initrd', ukiInput.initrd],
    ] as const) {
      esp(table, 'mcopy', '-n', '-o', `::EFI/interlock/${image}.${kind}`, join(folder, kind));
      expect(readFileSync(join(folder, kind)).equals(Buffer.from(content))).toBe(true);
    }
    expect(esp(table, 'mtype', '::interlock/grub/grub.cfg')).toBe((await readGrubConfig()).toString());
    esp(table, 'mcopy', '-n', '-o', '::interlock/grub/grubenv', join(folder, 'grubenv'));
    const list = execFileSync('grub-editenv', [join(folder, 'grubenv'), 'list']).toString();
    expect(list).toBe(
      `good_generation=1\ngood_image=${image}\ntrial_generation=0\ntrial_image=\ntrial_left=0\n`,
    );
    await packDisk(folder, disk, { sizes });
    expect(await digestFile(disk)).toEqual(first);
  });

  it('carries what firmware in setup mode is to trust', async () => {
    const enrollment = new Map([['PK.auth', Buffer.from('platform key')]]);
    const { table } = await packDisk(dir, disk, { sizes, enrollment });
    expect(esp(table, 'mtype', '::loader/keys/auto/PK.auth')).toBe('platform key');
    expect(esp(table, 'mtype', '::loader/loader.conf')).toBe(
      'timeout 0\neditor no\nauto-entries no\nsecure-boot-enroll force\n',
    );
  });

  it('has an empty state that e2fsck finds sound, with the features we named and no others', async () => {
    const { table } = await packDisk(dir, disk, { sizes });
    const { offset, size } = partitionRange(table, 'state');
    const image = join(dir, 'state.img');
    writeFileSync(image, read(offset, size));
    execFileSync('e2fsck', ['-f', '-n', image], { stdio: 'pipe' });
    const head = execFileSync('dumpe2fs', ['-h', image], { stdio: 'pipe' }).toString();
    expect(head).toMatch(/^Filesystem features: .*has_journal.*metadata_csum$/m);
    expect(head).not.toMatch(/orphan_file|metadata_csum_seed/);
    expect(head).toContain(table.partitions.find(({ name }) => name === 'state')!.guid);
    expect(execFileSync('debugfs', ['-R', 'ls -p /', image], { stdio: 'pipe' }).toString()).not.toMatch(
      /^.*\/(?!\.|lost\+found)\w+\/0\/$/m,
    );
  });

  it('has an ESP that fsck.fat accepts', async () => {
    const { table } = await packDisk(dir, disk, { sizes });
    const { offset, size } = partitionRange(table, 'esp');
    const image = join(dir, 'esp.img');
    writeFileSync(image, read(offset, size));
    expect(execFileSync('fsck.fat', ['-n', image]).toString()).toMatch(/: 8 files, /);
  });

  it('is the same bytes each time', async () => {
    await packDisk(dir, disk, { sizes });
    const first = await digestFile(disk);
    await packDisk(dir, disk, { sizes });
    expect(await digestFile(disk)).toEqual(first);
  });

  it('refuses an ESP that would not hold the next boot file, and says which would', async () => {
    const boot = readFileSync(join(dir, 'boot.efi'));
    const files = new Map([['EFI/interlock/a.efi', boot]]);
    const large = 20 * mebibyte;
    const needed = (size: number, length = large) => {
      try {
        checkEspSpace(new Map([['EFI/interlock/a.efi', Buffer.alloc(length)]]), length, size);
        return null;
      } catch (error) {
        return (error as InterlockError).details.needed;
      }
    };
    expect(() => checkEspSpace(files, boot.length, 34 * mebibyte)).not.toThrow();
    expect(needed(40 * mebibyte)).toBe(41);
    expect(needed(41 * mebibyte)).toBeNull();
    expect(needed(4096)).toBe(41);
    expect(needed(64 * mebibyte, 600 * mebibyte)).toBe(1203);
    expect(needed(1203 * mebibyte, 600 * mebibyte)).toBeNull();
    await expect(packDisk(dir, disk, { sizes: { ...sizes, esp: mebibyte } })).rejects.toMatchObject({
      code: 'esp_too_small',
    });
  });

  it('counts what GRUB loads too, so that the size it names holds an update, and no smaller one does', async () => {
    const folder = mkdtempSync(join(dir, 'room-'));
    const bios = Buffer.alloc(512 + 3000, 7);
    bios.writeUInt16BE(0x55aa, 510);
    const entry = { path: biosLoaderFile.slice(1), type: '0' as const, content: bios };
    const boot = packUki({ ...ukiInput, kernel: Buffer.alloc(20 * mebibyte, 1) });
    await makeRelease(folder, [entry], '1.0', 'made', undefined, boot);
    const pack = (size: number) => packDisk(folder, disk, { sizes: { ...sizes, esp: size * mebibyte } });
    const details = await pack(64).then(
      () => undefined,
      (error: InterlockError) => error.details,
    );
    expect(details).toMatchObject({ size: 64 * mebibyte, update: 2 * boot.length });
    const needed = Number(details!.needed);
    await expect(pack(needed - 1)).rejects.toMatchObject({ details: { needed } });
    const { table } = await pack(needed);
    for (const name of ['next.efi', 'next.linux']) {
      writeFileSync(join(folder, 'file'), boot);
      esp(table, 'mcopy', join(folder, 'file'), `::EFI/interlock/${name}`);
    }
    writeFileSync(join(folder, 'file'), Buffer.alloc(entryRoom));
    esp(table, 'mcopy', join(folder, 'file'), '::loader/entries/next.conf');
    esp(table, 'mtype', '::loader/entries/next.conf');
  });

  it('refuses a state that would be without a journal, and takes the smallest that has one', async () => {
    const pack = (state: number) => packDisk(dir, disk, { sizes: { ...sizes, state } });
    await expect(pack(8 * mebibyte - 1)).rejects.toMatchObject({ code: 'state_too_small' });
    const { table } = await pack(8 * mebibyte);
    const { offset, size } = partitionRange(table, 'state');
    const image = join(dir, 'state.img');
    writeFileSync(image, read(offset, size));
    const head = execFileSync('dumpe2fs', ['-h', image], { stdio: 'pipe' }).toString();
    expect(head).toMatch(/^Filesystem features: .*has_journal/m);
  });

  it('refuses a slot that is too small and a file that is not the release’s, keeping what was there', async () => {
    await packDisk(dir, disk, { sizes });
    const before = await digestFile(disk);
    const tooSmall = packDisk(dir, disk, { sizes: { ...sizes, root: 4096 } });
    await expect(tooSmall).rejects.toMatchObject({ code: 'image_too_big' });
    const good = readFileSync(join(dir, 'root.erofs'));
    const damaged = Buffer.from(good);
    damaged[0] = 1;
    writeFileSync(join(dir, 'root.erofs'), damaged);
    await expect(packDisk(dir, disk, { sizes })).rejects.toMatchObject({ code: 'release_invalid' });
    writeFileSync(join(dir, 'root.erofs'), good);
    expect(await digestFile(disk)).toEqual(before);
    expect(existsSync(`${disk}.part`)).toBe(false);
  });
});
