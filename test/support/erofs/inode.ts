import { strict as assert } from 'node:assert';
import type { ErofsSuperblock } from './superblock.ts';

/** Reads `length` bytes of the image at `position`. */
export type ReadAt = (position: number, length: number) => Promise<Buffer>;

/** An inode as the kernel would show it. */
export interface ErofsInode {
  nid: number;
  /** Type bits and permission bits, as `st_mode`. */
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  size: number;
  /** Seconds. */
  mtime: number;
  nanoseconds: number;
  /** Device number of character and block devices. */
  device: number;
  extended: boolean;
  xattrs: Map<string, Buffer>;
  content(): Promise<Buffer>;
}

const deviceTypes = [0o020000, 0o060000];

/** Reads the inode of a nid: compact or extended, plain or inline. */
export async function readInode(read: ReadAt, superblock: ErofsSuperblock, nid: number): Promise<ErofsInode> {
  const at = superblock.metaBlock * 4096 + nid * 32;
  const raw = await read(at, 64);
  const format = raw.readUInt16LE(0);
  const extended = (format & 1) === 1;
  const layout = format >> 1;
  assert.ok(layout === 0 || layout === 2, `inode ${nid} has layout ${layout}`);
  const xattrCount = raw.readUInt16LE(2);
  const mode = raw.readUInt16LE(4);
  const size = extended ? Number(raw.readBigUInt64LE(8)) : raw.readUInt32LE(8);
  const value = raw.readUInt32LE(16);
  const body = at + (extended ? 64 : 32);
  assert.notEqual(xattrCount, 1, `inode ${nid} has an xattr area of a header only`);
  const xattrLength = xattrCount === 0 ? 0 : 12 + 4 * (xattrCount - 1);
  if (!extended) assert.equal(raw.readUInt32LE(12), 0);
  return {
    nid,
    mode,
    size,
    extended,
    uid: extended ? raw.readUInt32LE(24) : raw.readUInt16LE(24),
    gid: extended ? raw.readUInt32LE(28) : raw.readUInt16LE(26),
    nlink: extended ? raw.readUInt32LE(44) : raw.readUInt16LE(6),
    mtime: extended ? Number(raw.readBigInt64LE(32)) : superblock.buildTime,
    nanoseconds: extended ? raw.readUInt32LE(40) : 0,
    device: deviceTypes.includes(mode & 0o170000) ? value : 0,
    xattrs: xattrLength ? await readXattrs(read, superblock, body, xattrLength) : new Map(),
    content: () =>
      readContent(read, { size, firstBlock: value, inline: layout === 2, tailAt: body + xattrLength }),
  };
}

async function readContent(
  read: ReadAt,
  { size, firstBlock, inline, tailAt }: { size: number; firstBlock: number; inline: boolean; tailAt: number },
): Promise<Buffer> {
  if (!inline) return read(firstBlock * 4096, size);
  const tail = size % 4096;
  assert.ok((tailAt % 4096) + tail <= 4096, 'an inline tail crosses a block boundary');
  return Buffer.concat([await read(firstBlock * 4096, size - tail), await read(tailAt, tail)]);
}

const prefixes: Record<number, string> = {
  1: 'user.',
  2: 'system.posix_acl_access',
  3: 'system.posix_acl_default',
  4: 'trusted.',
  6: 'security.',
};

async function readXattrs(
  read: ReadAt,
  superblock: ErofsSuperblock,
  at: number,
  length: number,
): Promise<Map<string, Buffer>> {
  const xattrs = new Map<string, Buffer>();
  const area = await read(at, length);
  const shared = area.readUInt8(4);
  for (let index = 0; index < shared; index++) {
    const id = area.readUInt32LE(12 + 4 * index);
    addXattr(xattrs, await read(superblock.xattrBlock * 4096 + id * 4, 4 + 255 + 0xffff + 3), 0);
  }
  let offset = 12 + 4 * shared;
  while (offset < length) offset = addXattr(xattrs, area, offset);
  assert.equal(offset, length, 'xattr entries do not fill their area');
  return xattrs;
}

function addXattr(xattrs: Map<string, Buffer>, bytes: Buffer, at: number): number {
  const nameLength = bytes.readUInt8(at);
  const valueLength = bytes.readUInt16LE(at + 2);
  const name = prefixes[bytes.readUInt8(at + 1)] + bytes.toString('latin1', at + 4, at + 4 + nameLength);
  const value = at + 4 + nameLength;
  xattrs.set(name, Buffer.from(bytes.subarray(value, value + valueLength)));
  return Math.ceil((value + valueLength) / 4) * 4;
}
