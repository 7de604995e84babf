import { type Static, Type } from 'typebox';
import type { Arch } from '../schema/schema.ts';

/** The two slots of a host: one runs, the other takes the next version. */
export const SlotName = Type.Enum(['a', 'b']);
export type SlotName = Static<typeof SlotName>;

/** The partitions of every host's disk by name, in the order they lie on it. Initrd and agent find them by these names. */
export const partitionNames = ['esp', 'root-a', 'verity-a', 'root-b', 'verity-b', 'state'] as const;

/** Holds what a BIOS starts, before all others and with the last number: on disks for x86-64 with sectors of 512 bytes. */
export const biosPartition = 'bios';

/** One of `partitionNames`, or the one before them. */
export type PartitionName = (typeof partitionNames)[number] | typeof biosPartition;

/** The partitions of a slot: its root file system and the hash tree that proves it. */
export function slotPartitions(slot: SlotName): { root: PartitionName; verity: PartitionName } {
  return { root: `root-${slot}`, verity: `verity-${slot}` };
}

/** Partition types of the Discoverable Partitions Specification that do not depend on the architecture. */
export const partitionTypes = {
  esp: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
  /** Of no specification but GRUB's: what it is installed into where there is a GPT. */
  bios: '21686148-6449-6e6f-744e-656564454649',
  linuxData: '0fc63daf-8483-4772-8e79-3d69d8477de4',
} as const;

/** Root and verity partition types of the Discoverable Partitions Specification. */
export const slotTypes = {
  'x86-64': {
    root: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
    verity: '2c7357ed-ebd2-46d9-aec1-23d437ec2bf5',
  },
  arm64: {
    root: 'b921b045-1df0-41c3-af44-4c6f280d3fae',
    verity: 'df3300ce-d69f-4c92-978c-9bfb0f38d820',
  },
} as const satisfies Record<Arch, { root: string; verity: string }>;

/** Attribute bits of the Discoverable Partitions Specification. */
export const partitionFlags = { growFs: 1n << 59n, readOnly: 1n << 60n, noAuto: 1n << 63n } as const;
