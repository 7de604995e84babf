import type { Content } from './look-at-disk.ts';

/** A disk of this machine. */
export interface Disk {
  /** Such as `/dev/sda`. */
  path: string;
  /** Bytes. */
  size: number;
  sectorSize: number;
  /** Empty when the disk tells none. */
  serial: string;
  isRemovable: boolean;
  isReadOnly: boolean;
  /** The live system runs from it. */
  isMedium: boolean;
}

/** A disk, and what is on it. */
export interface SeenDisk extends Disk {
  content: Content;
}
