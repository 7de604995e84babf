import { existsSync } from 'node:fs';
import { type FileHandle, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../system/process/run.ts';
import { type FileSystem, fileSystemOf, headBytes, labelInFolder } from './file-system.ts';

/** A disk or partition with a file system that user-data can come on. */
export interface Volume extends FileSystem {
  /** Path of the device. */
  device: string;
}

/** Of a root folder: labels come first in it. */
const folderBytes = 16 * 1024;

/** Devices of the kernel's own. */
const virtual = /^(loop|ram|zram|dm-|md|nbd)/;

/** Lists the volumes of a machine by the first bytes of each disk. Discs come last: their drives are slow. */
export async function listVolumes(root: string): Promise<Volume[]> {
  await loadDriver(root);
  const folder = join(root, 'sys/class/block');
  const names = existsSync(folder) ? await readdir(folder) : [];
  const candidates = names.filter((name) => !virtual.test(name)).toSorted(byDrive);
  const volumes: Volume[] = [];
  for (const name of candidates) {
    const system = await readFileSystem(join(root, 'dev', name), join(folder, name));
    if (system) volumes.push({ ...system, device: join(root, 'dev', name) });
  }
  return volumes;
}

function byDrive(one: string, other: string): number {
  const isDisc = (name: string) => Number(name.startsWith('sr'));
  return isDisc(one) - isDisc(other) || one.localeCompare(other, 'en');
}

async function readFileSystem(device: string, folder: string): Promise<FileSystem | null> {
  try {
    // a drive without a disc has no size, and would be asked for seconds
    if ((await readFile(join(folder, 'size'), 'utf8')).trim() === '0') return null;
    const handle = await open(device, 'r');
    try {
      const head = fileSystemOf(await readAt(handle, 0, headBytes));
      if (head?.rootAt === undefined) return head;
      const label = labelInFolder(await readAt(handle, head.rootAt, folderBytes));
      return { type: head.type, label: label ?? head.label };
    } finally {
      await handle.close();
    }
  } catch {
    // a disk that cannot be read brings no user-data
    return null;
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** The driver of discs is not loaded where udev looks at disks alone; loading it waits until it has looked at its drives. */
async function loadDriver(root: string): Promise<void> {
  const folder = join(root, 'sys/bus/scsi/devices');
  if (root !== '/' || !existsSync(folder)) return;
  for (const name of await readdir(folder)) {
    const type = await readFile(join(folder, name, 'type'), 'utf8').catch(() => ''); // hosts and targets have none
    // a kernel without the driver shows no disc
    if (type.trim() === '5') await run('modprobe', ['-q', 'sr_mod']).catch(() => {});
  }
}
