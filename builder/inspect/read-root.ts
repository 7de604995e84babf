import { InterlockError } from '../../protocol/errors.ts';
import { withFile } from '../../system/durable.ts';

/** What one name of a root image stands for. */
export interface RootEntry {
  /** Bytes of a file's content, and where in the image it begins; 0 and 0 for anything else. */
  size: number;
  offset: number;
  /** Everything else that may differ: type, mode, owner, device, link target, attributes. */
  facts: string;
}

const blockLength = 4096;
const superblockAt = 1024;
const magic = 0xe0f5e1e2;
const fileType = 0o100000;
const directoryType = 0o040000;
const linkType = 0o120000;
const typeMask = 0o170000;

/**
 * Lists a root image as the packer writes it (uncompressed EROFS, metadata last) by path: binary strings without leading
 * slash. File contents are not read. Throws `release_invalid` for another kind of image.
 */
export async function readRoot(image: string): Promise<Map<string, RootEntry>> {
  return withFile(image, 'r', async (file) => {
    const { size } = await file.stat();
    const first = Buffer.alloc(blockLength);
    await file.read(first, 0, blockLength, 0);
    if (first.readUInt32LE(superblockAt) !== magic) throw damaged(image, 'is no EROFS image');
    const metaAt = first.readUInt32LE(superblockAt + 40) * blockLength;
    const metadata = Buffer.alloc(Math.max(size - metaAt, 0));
    await file.read(metadata, 0, metadata.length, metaAt);
    const xattrsAt = first.readUInt32LE(superblockAt + 44) * blockLength - metaAt;
    try {
      return walk({ metadata, metaAt, xattrsAt }, first.readUInt16LE(superblockAt + 14));
    } catch (cause) {
      throw damaged(image, 'holds damaged metadata', cause);
    }
  });
}

interface Image {
  /** Everything from the first inode on. */
  metadata: Buffer;
  metaAt: number;
  /** Shared attributes, counted from there. */
  xattrsAt: number;
}

interface Node extends RootEntry {
  mode: number;
  content: Buffer;
}

function walk(image: Image, rootNid: number): Map<string, RootEntry> {
  const entries = new Map<string, RootEntry>();
  const visit = (nid: number, path: string) => {
    const { mode, content, ...entry } = readNode(image, nid);
    entries.set(path, entry);
    if ((mode & typeMask) !== directoryType) return;
    for (const [name, child] of namesOf(content)) {
      if (name !== '.' && name !== '..') visit(child, path === '' ? name : `${path}/${name}`);
    }
  };
  visit(rootNid, '');
  return entries;
}

/** An inode, compact or extended (Linux `struct erofs_inode_compact`, `_extended`), with what a directory or link holds. */
function readNode(image: Image, nid: number): Node {
  const raw = image.metadata.subarray(nid * 32);
  const [format, count, mode] = [raw.readUInt16LE(0), raw.readUInt16LE(2), raw.readUInt16LE(4)];
  const isExtended = (format & 1) === 1;
  const head = isExtended ? 64 : 32;
  const size = isExtended ? Number(raw.readBigUInt64LE(8)) : raw.readUInt32LE(8);
  const owner = isExtended
    ? [raw.readUInt32LE(24), raw.readUInt32LE(28)]
    : [raw.readUInt16LE(24), raw.readUInt16LE(26)];
  const xattrLength = count === 0 ? 0 : 12 + 4 * (count - 1);
  const xattrs = xattrsOf(image, raw.subarray(head, head + xattrLength));
  const value = raw.readUInt32LE(16);
  const type = mode & typeMask;
  if (type === fileType) {
    return { mode, size, offset: value * blockLength, facts: facts(mode, owner, '', xattrs), content: raw };
  }
  const isListed = type === directoryType || type === linkType;
  const tail = format >> 1 === 2 ? size % blockLength : 0;
  const from = value * blockLength - image.metaAt;
  const blocks = size > tail ? image.metadata.subarray(from, from + size - tail) : Buffer.alloc(0);
  const content = isListed
    ? Buffer.concat([blocks, raw.subarray(head + xattrLength, head + xattrLength + tail)])
    : raw;
  const own = type === linkType ? content.toString('latin1') : isListed ? '' : String(value);
  return { mode, size: 0, offset: 0, facts: facts(mode, owner, own, xattrs), content };
}

function facts(mode: number, owner: number[], own: string, xattrs: string[]): string {
  return [mode.toString(8), ...owner, own, ...xattrs].join('\0');
}

/** Attributes as encoded entries, wherever they lie. */
function xattrsOf({ metadata, xattrsAt }: Image, area: Buffer): string[] {
  if (area.length === 0) return [];
  const shared = area.readUInt8(4);
  const entries: string[] = [];
  for (let index = 0; index < shared; index++) {
    const at = xattrsAt + 4 * area.readUInt32LE(12 + 4 * index);
    entries.push(encodedXattr(metadata.subarray(at)));
  }
  for (let at = 12 + 4 * shared; at < area.length; ) {
    const entry = encodedXattr(area.subarray(at));
    entries.push(entry);
    at += entry.length;
  }
  return entries.sort();
}

function encodedXattr(bytes: Buffer): string {
  const length = 4 + bytes.readUInt8(0) + bytes.readUInt16LE(2);
  return bytes.toString('latin1', 0, Math.ceil(length / 4) * 4);
}

/** A directory's names and inodes (Linux `struct erofs_dirent`), block by block. */
function* namesOf(content: Buffer): Generator<[string, number]> {
  for (let at = 0; at < content.length; at += blockLength) {
    const block = content.subarray(at, at + blockLength);
    const count = block.readUInt16LE(8) / 12;
    for (let index = 0; index < count; index++) {
      const end = index + 1 < count ? block.readUInt16LE(12 * index + 20) : block.length;
      const name = block.toString('latin1', block.readUInt16LE(12 * index + 8), end);
      yield [name.replace(/\0.*$/s, ''), Number(block.readBigUInt64LE(12 * index))];
    }
  }
}

function damaged(file: string, problem: string, cause?: unknown): InterlockError {
  return new InterlockError('release_invalid', { file, problem }, { cause });
}
