import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disk } from './disk.ts';

const sectorLength = 512;
/** Made of memory or of other devices. */
const virtual = /^(loop|ram|zram|dm-|md|fd|nbd|sr)\d*/;
/** Parts of an eMMC that hold firmware. */
const partsOfCards = /^mmcblk\d+(boot\d+|rpmb)$/;

/**
 * Lists the machine's disks by sysfs, in the order of their names; `medium` is the folder that the live system shows its medium in.
 * `sys`, `dev` and `mounts` are where sysfs, devices and the table of mounts lie.
 */
export async function listDisks(
  medium: string,
  sys = '/sys',
  dev = '/dev',
  mounts = '/proc/self/mounts',
): Promise<Disk[]> {
  const source = deviceAt(await readFile(mounts, 'utf8'), medium);
  const disks: Disk[] = [];
  for (const name of (await readdir(join(sys, 'block'))).sort()) {
    if (virtual.test(name) || partsOfCards.test(name)) continue;
    const folder = join(sys, 'block', name);
    // not every kind of disk has every file
    const read = async (file: string) =>
      (await readFile(join(folder, file), 'latin1').catch(() => '')).trim();
    const size = Number(await read('size')) * sectorLength;
    if (size === 0) continue;
    const partitions = await readdir(folder);
    const own = source?.replace(/^.*\//, '');
    disks.push({
      path: join(dev, name),
      size,
      sectorSize: Number(await read('queue/logical_block_size')) || sectorLength,
      serial: await serialOf(read),
      isRemovable: (await read('removable')) === '1' || (await isPlugged(folder, read)),
      isReadOnly: (await read('ro')) === '1',
      isMedium: own !== undefined && (own === name || partitions.includes(own)),
    });
  }
  return disks;
}

/** Whether a path means this disk: its own, or a link to it such as those in /dev/disk/by-id. */
export async function isPathOf(path: string, disk: Disk): Promise<boolean> {
  // a path that does not exist means no disk
  return path === disk.path || (await realpath(path).catch(() => path)) === disk.path;
}

/** On USB, or an SD card: such disks call themselves fixed, and are carried from one machine to the next. */
async function isPlugged(folder: string, read: (file: string) => Promise<string>): Promise<boolean> {
  return /\/usb\d+\//.test(await realpath(folder)) || (await read('device/type')) === 'SD';
}

/** virtio has a file of its own, NVMe and MMC one of the device's, SCSI and ATA a page of vital product data. */
async function serialOf(read: (file: string) => Promise<string>): Promise<string> {
  for (const file of ['serial', 'device/serial']) {
    const found = await read(file);
    if (found) return found;
  }
  return (await read('device/vpd_pg80'))
    .slice(4)
    .replace(/[^\x20-\x7e]/g, '')
    .trim();
}

/** The device that is mounted at a folder, or above it. */
function deviceAt(mounts: string, folder: string): string | undefined {
  return mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, at]) => at && at !== '/' && (folder === at || folder.startsWith(`${at}/`)))
    .toSorted((a, b) => b[1]!.length - a[1]!.length)[0]?.[0];
}
