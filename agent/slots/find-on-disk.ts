import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type PartitionName, slotPartitions } from '../../protocol/boot/partitions.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { SlotName } from '../ports/host.ts';
import type { Extent, Slot, Slots } from './slot.ts';

/** What the kernel says about the disk that was booted. */
export interface BootedDisk {
  /** The slot whose partitions lie under the mounted root. */
  running: SlotName;
  slots: Slots;
  /** The ESP's device. */
  esp: string;
}

/**
 * Finds the running slot by the partitions under the verity device, and the other one among their siblings on the same
 * disk: a second disk with the same partition names changes nothing. `sys` is where sysfs lies. Throws `disk_invalid`.
 */
export async function findSlotsOnDisk(verityName: string, sys = '/sys', dev = '/dev'): Promise<BootedDisk> {
  const mapped = await findMapped(verityName, sys);
  const slaves = await readdir(join(mapped, 'slaves'));
  const first = slaves[0] && (await realpath(join(sys, 'class/block', slaves[0])));
  if (!first) throw invalid(verityName, 'it is on no partition');
  const partitions = await readPartitions(dirname(first), dev);
  const find = (name: PartitionName): Partition => {
    const partition = partitions.find((one) => one.name === name);
    if (!partition) throw invalid(basename(dirname(first)), `no partition ${name}`);
    return partition;
  };
  const slot = (name: SlotName): Slot => {
    const { root, verity } = slotPartitions(name);
    return { name, root: find(root).extent, verity: find(verity).extent };
  };
  const slots = { a: slot('a'), b: slot('b') };
  const own = (name: SlotName) =>
    Object.values(slotPartitions(name)).every((part) => slaves.includes(find(part).kernelName));
  const running = (['a', 'b'] as const).find(own);
  if (!running) throw invalid(verityName, `is on ${slaves.join(' and ')}, which are not a slot`);
  return { running, slots, esp: find('esp').extent.path };
}

interface Partition {
  /** From the partition table. */
  name: string;
  kernelName: string;
  extent: Extent;
}

async function findMapped(name: string, sys: string): Promise<string> {
  // without sysfs, or for a device without a name or a partition table, nothing is found: `disk_invalid` below
  for (const device of await readdir(join(sys, 'block')).catch(() => [])) {
    const text = await readFile(join(sys, 'block', device, 'dm/name'), 'utf8').catch(() => '');
    if (text.trim() === name) return join(sys, 'block', device);
  }
  throw invalid(name, 'is not a device-mapper device');
}

async function readPartitions(disk: string, dev: string): Promise<Partition[]> {
  const found: Partition[] = [];
  for (const kernelName of await readdir(disk)) {
    // not every file in the disk's folder is a partition's
    const uevent = await readFile(join(disk, kernelName, 'uevent'), 'utf8').catch(() => '');
    const name = /^PARTNAME=(.*)$/m.exec(uevent)?.[1];
    if (name === undefined) continue;
    const sectors = Number(await readFile(join(disk, kernelName, 'size'), 'utf8'));
    const extent = { path: join(dev, kernelName), offset: 0, size: sectors * 512 };
    found.push({ name, kernelName, extent });
  }
  return found;
}

function invalid(disk: string, problem: string): InterlockError {
  return new InterlockError('disk_invalid', { disk, problem });
}
