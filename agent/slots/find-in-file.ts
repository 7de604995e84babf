import { stat } from 'node:fs/promises';
import { type PartitionName, slotPartitions } from '../../protocol/boot/partitions.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { decodeGpt, type GptTable, gptLengths } from '../../protocol/formats/disk/gpt.ts';
import type { SlotName } from '../ports/host.ts';
import { openExtent } from './extent.ts';
import type { Extent, Slot, Slots } from './slot.ts';

/** Finds both slots of a disk that is a file, by its partitions' names. Throws `disk_invalid`. */
export async function findSlotsInFile(path: string): Promise<Slots> {
  const table = await readTable(path);
  const extent = (name: PartitionName): Extent => {
    const partition = table.partitions.find((one) => one.name === name);
    if (!partition) throw new InterlockError('disk_invalid', { disk: path, problem: `no partition ${name}` });
    const { firstLba, lastLba } = partition;
    const { sectorSize } = table;
    return { path, offset: firstLba * sectorSize, size: (lastLba - firstLba + 1) * sectorSize };
  };
  const slot = (name: SlotName): Slot => {
    const { root, verity } = slotPartitions(name);
    return { name, root: extent(root), verity: extent(verity) };
  };
  return { a: slot('a'), b: slot('b') };
}

async function readTable(path: string): Promise<GptTable> {
  const { size } = await stat(path);
  const disk = await openExtent({ path, offset: 0, size }, 'read');
  try {
    const { head, tail } = gptLengths(512);
    return decodeGpt(await disk.read(0, head), await disk.read(size - tail, tail));
  } finally {
    await disk.close();
  }
}
