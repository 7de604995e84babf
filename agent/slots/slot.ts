import type { SlotName } from '../ports/host.ts';

/** A run of bytes in a file or block device. */
export interface Extent {
  path: string;
  /** Bytes from the start of the file; 0 for a partition's own device. */
  offset: number;
  size: number;
}

/** A slot's two partitions. */
export interface Slot {
  name: SlotName;
  root: Extent;
  verity: Extent;
}

/** Both slots of a disk. */
export type Slots = Record<SlotName, Slot>;
