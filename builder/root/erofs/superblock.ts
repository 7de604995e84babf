/** Bytes of a block: the one size that every kernel with EROFS reads. */
export const blockSize = 4096;

const magic = 0xe0f5e1e2;
const start = 1024;
const featureChecksum = 1;
const featureMtime = 2;

/** What the superblock says; blocks count 4096 bytes. */
export interface Superblock {
  rootNid: number;
  inodes: number;
  /** Seconds since 1970: the mtime of every compact inode. */
  buildTime: number;
  blocks: number;
  /** Block where nid 0 would lie. */
  metaBlock: number;
  /** First block of the shared xattr area, 0 without one. */
  xattrBlock: number;
  uuid: Buffer;
  label: string;
}

/** Lays out block 0 with the superblock at 1024 (Linux `struct erofs_super_block`) and its checksum. */
export function encodeSuperblock(superblock: Superblock): Buffer {
  const block = Buffer.alloc(blockSize);
  const fields = block.subarray(start);
  fields.writeUInt32LE(magic, 0);
  fields.writeUInt32LE(featureChecksum | featureMtime, 8);
  fields.writeUInt8(Math.log2(blockSize), 12);
  fields.writeUInt16LE(superblock.rootNid, 14);
  fields.writeBigUInt64LE(BigInt(superblock.inodes), 16);
  fields.writeBigUInt64LE(BigInt(superblock.buildTime), 24);
  fields.writeUInt32LE(superblock.blocks, 36);
  fields.writeUInt32LE(superblock.metaBlock, 40);
  fields.writeUInt32LE(superblock.xattrBlock, 44);
  superblock.uuid.copy(fields, 48);
  fields.write(superblock.label.slice(0, 15), 64, 'latin1');
  fields.writeUInt32LE(crc32c(fields), 4);
  return block;
}

/** CRC-32C without the final inversion, as EROFS stores it; node's zlib only knows the other polynomial. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!;
  return crc >>> 0;
}

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});
