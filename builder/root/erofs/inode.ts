import type { Inode, InodeKind } from './tree.ts';

const typeBits: Record<InodeKind, number> = {
  fifo: 0o010000,
  'character-device': 0o020000,
  directory: 0o040000,
  'block-device': 0o060000,
  file: 0o100000,
  symlink: 0o120000,
};

/** Where an inode's content is: `inline` if its last, partial block follows the inode. */
export interface InodePlace {
  serial: number;
  size: number;
  firstBlock: number;
  inline: boolean;
  xattrCount: number;
}

/** Whether the inode fits the 32-byte form; its time is then the image's. */
function isCompact({ uid, gid, nlink, mtime }: Inode, size: number, buildTime: number): boolean {
  if (mtime && (mtime.seconds !== buildTime || mtime.nanoseconds !== 0)) return false;
  return uid <= 0xffff && gid <= 0xffff && nlink <= 0xffff && size < 2 ** 32;
}

/** Bytes of the inode itself: 32 compact, 64 extended. */
export function inodeLength(inode: Inode, size: number, buildTime: number): number {
  return isCompact(inode, size, buildTime) ? 32 : 64;
}

/** Lays an inode out (Linux `struct erofs_inode_compact` and `_extended`); `buildTime` in seconds. */
export function encodeInode(inode: Inode, place: InodePlace, buildTime: number): Buffer {
  const compact = isCompact(inode, place.size, buildTime);
  const bytes = Buffer.alloc(compact ? 32 : 64);
  const layout = place.inline ? 2 : 0;
  bytes.writeUInt16LE((compact ? 0 : 1) | (layout << 1), 0);
  bytes.writeUInt16LE(place.xattrCount, 2);
  bytes.writeUInt16LE(typeBits[inode.kind] | inode.mode, 4);
  bytes.writeUInt32LE(inode.device || place.firstBlock, 16);
  bytes.writeUInt32LE(place.serial, 20);
  if (compact) {
    bytes.writeUInt16LE(inode.nlink, 6);
    bytes.writeUInt32LE(place.size, 8);
    bytes.writeUInt16LE(inode.uid, 24);
    bytes.writeUInt16LE(inode.gid, 26);
  } else {
    bytes.writeBigUInt64LE(BigInt(place.size), 8);
    bytes.writeUInt32LE(inode.uid, 24);
    bytes.writeUInt32LE(inode.gid, 28);
    bytes.writeBigInt64LE(BigInt(inode.mtime?.seconds ?? buildTime), 32);
    bytes.writeUInt32LE(inode.mtime?.nanoseconds ?? 0, 40);
    bytes.writeUInt32LE(inode.nlink, 44);
  }
  return bytes;
}
