import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findSlotsInFile } from '../../../agent/slots/find-in-file.ts';
import { findSlotsOnDisk } from '../../../agent/slots/find-on-disk.ts';
import { layOutDisk } from '../../../builder/disk/disk-layout.ts';
import { encodeGpt } from '../../../protocol/formats/disk/gpt.ts';

const mebibyte = 1 << 20;
const sizes = { esp: 4 * mebibyte, root: 3 * mebibyte, verity: mebibyte, state: mebibyte };
const table = layOutDisk(sizes, 'x86-64', 'seed');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slots-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('a disk file’s slots lie where its table says, also by the backup table', async () => {
  const { head, tail } = encodeGpt(table);
  const disk = Buffer.alloc(table.sectors * 512);
  head.copy(disk);
  tail.copy(disk, disk.length - tail.length);
  const path = join(dir, 'disk.img');
  for (const damaged of [false, true]) {
    if (damaged) disk.fill(0xff, 512, 1024);
    writeFileSync(path, disk);
    const { a, b } = await findSlotsInFile(path);
    expect(a.root).toEqual({ path, offset: 7 * mebibyte, size: 3 * mebibyte });
    expect(b.verity).toEqual({ path, offset: 14 * mebibyte, size: mebibyte });
  }
});

test('a file without a table is refused', async () => {
  const path = join(dir, 'disk.img');
  writeFileSync(path, Buffer.alloc(mebibyte));
  await expect(findSlotsInFile(path)).rejects.toMatchObject({ code: 'disk_invalid' });
});

/** A sysfs as the kernel shows it: two disks of the same layout, a verity device on `under`. */
function makeSysfs(under: readonly [string, string]): string {
  const sys = join(dir, 'sys');
  for (const disk of ['vda', 'vdb']) {
    for (const { number, name } of table.partitions) {
      const folder = join(sys, 'devices', disk, `${disk}${number}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'uevent'), `DEVNAME=${disk}${number}\nPARTN=${number}\nPARTNAME=${name}\n`);
      writeFileSync(join(folder, 'size'), `${number * 2048}\n`);
      mkdirSync(join(sys, 'class/block'), { recursive: true });
      symlinkSync(folder, join(sys, 'class/block', `${disk}${number}`));
    }
    mkdirSync(join(sys, 'devices', disk, 'queue'), { recursive: true });
  }
  const mapped = join(sys, 'block/dm-0');
  mkdirSync(join(mapped, 'slaves'), { recursive: true });
  mkdirSync(join(mapped, 'dm'));
  writeFileSync(join(mapped, 'dm/name'), 'root\n');
  for (const part of under) symlinkSync(join(sys, 'class/block', part), join(mapped, 'slaves', part));
  mkdirSync(join(sys, 'block/vda'));
  return sys;
}

test('the running slot is the one under the verity device, the other its sibling on that disk', async () => {
  const found = await findSlotsOnDisk('root', makeSysfs(['vdb4', 'vdb5']), '/dev');
  expect(found.running).toBe('b');
  expect(found.esp).toBe('/dev/vdb1');
  expect(found.slots.a.root).toEqual({ path: '/dev/vdb2', offset: 0, size: 2 * mebibyte });
  expect(found.slots.b.verity.path).toBe('/dev/vdb5');
});

test('partitions of two slots under one device are no slot', async () => {
  const sys = makeSysfs(['vda2', 'vda5']);
  await expect(findSlotsOnDisk('root', sys)).rejects.toMatchObject({ code: 'disk_invalid' });
  await expect(findSlotsOnDisk('other', sys)).rejects.toMatchObject({ code: 'disk_invalid' });
});
