import type { FileHandle } from 'node:fs/promises';
import { InterlockError } from '../../../protocol/errors.ts';

/** A named stretch of an image: a file's content, or what lies between files. */
export interface Listed {
  /** Path without a leading `/`; what is no file has a name that begins with `#`. */
  path: string;
  offset: number;
  length: number;
}

const block = 4096;
const directory = 0o040000;
const regular = 0o100000;

interface Inode {
  type: number;
  size: number;
  /** Where its content begins, and that of the last, inline block if it has one. */
  start: number;
  tail: number | null;
}

/**
 * Lists the files of a root image that this builder wrote (Linux `fs/erofs/erofs_fs.h`: plain and inline layouts), in
 * the order they lie in. A hard link is listed under its first name; a file's last block belongs to it whole.
 * Throws `bad_input` for other images.
 */
export async function listErofs(file: FileHandle, size: number): Promise<Listed[]> {
  const superblock = await readAt(file, 1024, 128);
  if (superblock.readUInt32LE(0) !== 0xe0f5e1e2 || superblock.readUInt8(12) !== 12)
    throw refused('is no EROFS');
  const metaAt = superblock.readUInt32LE(40) * block;
  const meta = await readAt(file, metaAt, size - metaAt);
  const inodeAt = (nid: number) => readInode(meta, nid * 32, metaAt);

  const found = new Map<number, Listed>();
  const visit = (nid: number, path: string) => {
    const inode = inodeAt(nid);
    if (inode.type === directory) {
      for (const { name, nid: child } of readNames(meta, metaAt, inode)) {
        if (name !== '.' && name !== '..') visit(child, path ? `${path}/${name}` : name);
      }
    } else if (inode.type === regular && inode.size > 0 && !found.has(inode.start)) {
      found.set(inode.start, { path, offset: inode.start, length: Math.ceil(inode.size / block) * block });
    }
  };
  visit(superblock.readUInt16LE(14), '');
  const files = [...found.values()].sort((a, b) => a.offset - b.offset);
  return [
    { path: '#superblock', offset: 0, length: block },
    ...files,
    { path: '#metadata', offset: metaAt, length: size - metaAt },
  ];
}

function readInode(meta: Buffer, at: number, metaAt: number): Inode {
  const format = meta.readUInt16LE(at);
  const isLong = (format & 1) !== 0;
  const layout = format >> 1;
  if (layout !== 0 && layout !== 2) throw refused(`has an inode of layout ${layout}`);
  const size = isLong ? Number(meta.readBigUInt64LE(at + 8)) : meta.readUInt32LE(at + 8);
  const xattrs = meta.readUInt16LE(at + 2);
  const head = (isLong ? 64 : 32) + (xattrs > 0 ? 12 + 4 * (xattrs - 1) : 0);
  return {
    type: meta.readUInt16LE(at + 4) & 0o170000,
    size,
    start: meta.readUInt32LE(at + 16) * block,
    tail: layout === 2 ? metaAt + at + head : null,
  };
}

function readNames(
  meta: Buffer,
  metaAt: number,
  { size, start, tail }: Inode,
): { name: string; nid: number }[] {
  const names: { name: string; nid: number }[] = [];
  for (let at = 0; at < size; at += block) {
    const length = Math.min(block, size - at);
    const from = (tail !== null && length < block ? tail : start + at) - metaAt;
    const bytes = meta.subarray(from, from + length);
    const count = bytes.readUInt16LE(8) / 12;
    for (let index = 0; index < count; index++) {
      const end = index + 1 < count ? bytes.readUInt16LE((index + 1) * 12 + 8) : bytes.length;
      const name = bytes.toString('latin1', bytes.readUInt16LE(index * 12 + 8), end).replace(/\0.*$/s, '');
      names.push({ name, nid: Number(bytes.readBigUInt64LE(index * 12)) });
    }
  }
  return names;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  if (bytesRead < length) throw refused('is cut short');
  return bytes;
}

function refused(problem: string): InterlockError {
  return new InterlockError('bad_input', { what: 'root.erofs', problem });
}
