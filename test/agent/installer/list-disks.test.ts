import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isPathOf, listDisks } from '../../../agent/installer/list-disks.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'disks-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function put(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content, 'latin1');
  }
}

test('disks are told by sysfs, without what is made of other devices; the medium is known by its mount, a USB disk by its bus', async () => {
  put({
    'sys/block/vda/size': '16777216\n',
    'sys/block/vda/serial': 'V-1',
    'sys/block/sda/size': '2000000\n',
    'sys/block/sda/removable': '1\n',
    'sys/block/sda/sda1/partition': '1\n',
    'sys/block/sda/device/vpd_pg80': '\0\x80\0\x08 SATA-7 ',
    'sys/block/nvme0n1/size': '16777216\n',
    'sys/block/nvme0n1/device/serial': 'N-1   \n',
    'sys/block/nvme0n1/ro': '1\n',
    'sys/block/nvme0n1/queue/logical_block_size': '4096\n',
    'sys/block/sdb/size': '0\n',
    'sys/devices/pci0/usb1/1-1/block/sdc/size': '16777216\n',
    'sys/block/mmcblk0/size': '16777216\n',
    'sys/block/mmcblk0/device/type': 'MMC\n',
    'sys/block/mmcblk1/size': '16777216\n',
    'sys/block/mmcblk1/device/type': 'SD\n',
    'sys/block/loop0/size': '2048\n',
    'sys/block/sr0/size': '2048\n',
    'sys/block/dm-0/size': '2048\n',
    'sys/block/mmcblk0boot0/size': '2048\n',
    mounts: 'tmpfs /run tmpfs rw 0 0\n/dev/sda /run/interlock/medium iso9660 ro 0 0\n',
  });
  symlinkSync('../devices/pci0/usb1/1-1/block/sdc', join(dir, 'sys/block/sdc'));
  const disks = await listDisks(
    '/run/interlock/medium/interlock',
    join(dir, 'sys'),
    '/dev',
    join(dir, 'mounts'),
  );
  expect(disks).toEqual([
    disk('/dev/mmcblk0', {}),
    disk('/dev/mmcblk1', { isRemovable: true }),
    disk('/dev/nvme0n1', { serial: 'N-1', isReadOnly: true, sectorSize: 4096 }),
    disk('/dev/sda', { serial: 'SATA-7', size: 1_024_000_000, isRemovable: true, isMedium: true }),
    disk('/dev/sdc', { isRemovable: true }),
    disk('/dev/vda', { serial: 'V-1' }),
  ]);
  symlinkSync('/dev/null', join(dir, 'by-id'));
  expect(await isPathOf(join(dir, 'by-id'), { ...disks[0]!, path: '/dev/null' })).toBe(true);
  expect(await isPathOf('/dev/vdb', disks.at(-1)!)).toBe(false);
});

function disk(path: string, change: object) {
  const facts = { isRemovable: false, isReadOnly: false, isMedium: false, sectorSize: 512 };
  return { path, size: 2 ** 33, serial: '', ...facts, ...change };
}
