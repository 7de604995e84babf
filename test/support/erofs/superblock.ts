/** Superblock fields that the reader needs (Linux `struct erofs_super_block`). */
export interface ErofsSuperblock {
  rootNid: number;
  inodes: number;
  buildTime: number;
  blocks: number;
  metaBlock: number;
  xattrBlock: number;
  uuid: string;
  label: string;
}

/** Reads block 0 of an image and checks magic, checksum and features. */
export function readSuperblock(block: Buffer): ErofsSuperblock {
  const at = 1024;
  if (block.readUInt32LE(at) !== 0xe0f5e1e2) throw new Error('no EROFS magic');
  const stored = block.readUInt32LE(at + 4);
  const cleared = Buffer.from(block.subarray(at));
  cleared.writeUInt32LE(0, 4);
  if (stored !== checksum(cleared)) throw new Error('superblock checksum is wrong');
  if (block.readUInt8(at + 12) !== 12) throw new Error('block size is not 4096');
  if (block.readUInt32LE(at + 80) !== 0) throw new Error('incompatible features');
  return {
    rootNid: block.readUInt16LE(at + 14),
    inodes: Number(block.readBigUInt64LE(at + 16)),
    buildTime: Number(block.readBigUInt64LE(at + 24)),
    blocks: block.readUInt32LE(at + 36),
    metaBlock: block.readUInt32LE(at + 40),
    xattrBlock: block.readUInt32LE(at + 44),
    uuid: block.toString('hex', at + 48, at + 64),
    label: block.toString('latin1', at + 64, at + 80).replace(/\0.*$/s, ''),
  };
}

/** CRC-32C bit by bit, written apart from the packer's table. */
function checksum(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return crc >>> 0;
}
