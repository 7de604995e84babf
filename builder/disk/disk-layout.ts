import {
  biosPartition,
  type PartitionName,
  partitionFlags,
  partitionNames,
  partitionTypes,
  slotTypes,
} from '../../protocol/boot/partitions.ts';
import { type GptPartition, type GptTable, usableLbas } from '../../protocol/formats/disk/gpt.ts';
import type { Arch } from '../../protocol/schema/schema.ts';
import { guidFrom } from './ids/guid-from.ts';

const mebibyte = 1024 * 1024;
const alignment = mebibyte;

/** Bytes of each kind of partition; multiples of 1 MiB. */
export interface PartitionSizes {
  esp: number;
  root: number;
  verity: number;
  state: number;
}

/** Room for ten years of growth; the state partition grows to the disk's end on first boot. */
export const defaultSizes: PartitionSizes = {
  esp: 1024 * mebibyte,
  root: 2048 * mebibyte,
  verity: 32 * mebibyte,
  state: 256 * mebibyte,
};

/** Room for two core images of a BIOS loader. */
const biosSize = 2 * mebibyte;

/**
 * Plans the disk: partitions on 1 MiB boundaries whose GUIDs follow from `seed`, so two disks are equal. The place for a
 * BIOS, which reads sectors of 512 bytes alone, comes before all others and has the last number: none depends on it.
 */
export function layOutDisk(sizes: PartitionSizes, arch: Arch, seed: string, sectorSize = 512): GptTable {
  let at = alignment;
  const place = (name: PartitionName, number: number, size: number): GptPartition => {
    const firstLba = at / sectorSize;
    at += size;
    const range = { firstLba, lastLba: at / sectorSize - 1 };
    return { number, name, ...range, guid: guidFrom(`${seed} ${name}`), ...typeOf(name, arch) };
  };
  const hasBios = arch === 'x86-64' && sectorSize === 512;
  const first = hasBios ? [place(biosPartition, partitionNames.length + 1, biosSize)] : [];
  const others = partitionNames.map((name, index) => place(name, index + 1, roundUp(sizes[kindOf(name)])));
  const sectors = (at + alignment) / sectorSize;
  const { last } = usableLbas({ sectorSize, sectors });
  if (others.at(-1)!.lastLba > last) throw new RangeError('the backup table needs more room');
  return { diskGuid: guidFrom(`${seed} disk`), sectorSize, sectors, partitions: [...others, ...first] };
}

/** A partition's offset and size, in bytes. */
export function partitionRange(table: GptTable, name: PartitionName): { offset: number; size: number } {
  const { firstLba, lastLba } = table.partitions.find((partition) => partition.name === name)!;
  return { offset: firstLba * table.sectorSize, size: (lastLba - firstLba + 1) * table.sectorSize };
}

function kindOf(name: (typeof partitionNames)[number]): keyof PartitionSizes {
  return name.replace(/-[ab]$/, '') as keyof PartitionSizes;
}

/** Slots carry no-auto: our initrd finds them by root hash, and nothing else may mount them. */
function typeOf(name: PartitionName, arch: Arch): Pick<GptPartition, 'typeGuid' | 'attributes'> {
  if (name === biosPartition) return { typeGuid: partitionTypes.bios, attributes: 0n };
  const kind = kindOf(name);
  if (kind === 'esp') return { typeGuid: partitionTypes.esp, attributes: 0n };
  if (kind === 'state') return { typeGuid: partitionTypes.linuxData, attributes: partitionFlags.growFs };
  return { typeGuid: slotTypes[arch][kind], attributes: partitionFlags.readOnly | partitionFlags.noAuto };
}

function roundUp(size: number): number {
  return Math.ceil(size / alignment) * alignment;
}
