/** Bytes of a block, of which contents have whole ones. */
export const erofsBlock = 4096;

/** Types of inodes, as in `st_mode`. */
export const inodeTypes = { mask: 0o170000, file: 0o100000, directory: 0o040000, link: 0o120000 } as const;

const longestName = 255;
const longestPath = 4096;
/** Paths, link targets and attributes of an honest image are a few times as long as its metadata, spelled out. */
const spelledOut = 16;

/** The fields of an inode, and where its content is. */
export interface ErofsNode {
  mode: number;
  size: number;
  /** Its number for files, folders and links: the block at which the content begins. */
  value: number;
  isLong: boolean;
  /** Everything from the inode on; attributes begin at `head` and end at `body`. */
  raw: Buffer;
  head: number;
  body: number;
  /** Bytes of the content that follow the inode itself. */
  tail: number;
}

/** An image's metadata, which reaches to the image's end. */
export interface ErofsMeta {
  metadata: Buffer;
  /** Its offset in the image. */
  metaAt: number;
  rootNid: number;
}

/**
 * Visits every name of an image in the order of its folders (Linux `fs/erofs/erofs_fs.h`, plain and inline layouts). Whatever
 * the bytes say, it takes time and memory in proportion to them: a folder is entered once, names do not overlap, and all
 * paths together are bounded; `spend` takes more from the same account. Throws RangeError for damage.
 */
export function* walkErofs({
  metadata,
  metaAt,
  rootNid,
}: ErofsMeta): Generator<{ path: string; node: ErofsNode; spend(bytes: number): void }> {
  let left = spelledOut * metadata.length + 16 * longestPath;
  const spend = (bytes: number) => {
    left -= bytes;
    if (left < 0) throw new RangeError('holds more names and attributes than metadata');
  };
  const entered = new Set<number>();
  const enter = (nid: number, node: ErofsNode) => {
    if (entered.has(nid)) throw new RangeError('contains a folder that is in two places');
    entered.add(nid);
    if (node.size > metadata.length) throw new RangeError('holds a folder larger than the metadata');
    spend(node.size);
    return namesOf(contentOf(node, metadata, metaAt));
  };
  const root = readNode(metadata, rootNid);
  if ((root.mode & inodeTypes.mask) !== inodeTypes.directory)
    throw new RangeError('holds a root that is not a folder');
  yield { path: '', node: root, spend };
  const open = [{ path: '', names: enter(rootNid, root) }];
  while (open.length > 0) {
    const { path: folder, names } = open.at(-1)!;
    const { value: next } = names.next();
    if (!next) {
      open.pop();
      continue;
    }
    const { name, nid } = next;
    if (name === '.' || name === '..') continue;
    const path = folder === '' ? name : `${folder}/${name}`;
    if (path.length > longestPath) throw new RangeError('holds a path that is too long');
    spend(path.length);
    const node = readNode(metadata, nid);
    yield { path, node, spend };
    if ((node.mode & inodeTypes.mask) === inodeTypes.directory) open.push({ path, names: enter(nid, node) });
  }
}

/** The content of a folder or link, out of its blocks and the bytes behind its inode. Throws RangeError. */
export function contentOf(
  { raw, body, size, value, tail }: ErofsNode,
  metadata: Buffer,
  metaAt: number,
): Buffer {
  const from = value * erofsBlock - metaAt;
  const inBlocks = size - tail;
  if (inBlocks > 0 && (from < 0 || from + inBlocks > metadata.length))
    throw new RangeError('has content outside of the image');
  const blocks = inBlocks > 0 ? metadata.subarray(from, from + inBlocks) : Buffer.alloc(0);
  return Buffer.concat([blocks, raw.subarray(body, body + tail)], size);
}

/** An inode, compact or extended (`struct erofs_inode_compact`, `_extended`). */
function readNode(metadata: Buffer, nid: number): ErofsNode {
  const raw = metadata.subarray(nid * 32);
  const format = raw.readUInt16LE(0);
  const layout = format >> 1;
  if (layout !== 0 && layout !== 2) throw new RangeError(`holds an inode of layout ${layout}`);
  const isLong = (format & 1) === 1;
  const size = isLong ? Number(raw.readBigUInt64LE(8)) : raw.readUInt32LE(8);
  const count = raw.readUInt16LE(2);
  const head = isLong ? 64 : 32;
  return {
    mode: raw.readUInt16LE(4),
    size,
    value: raw.readUInt32LE(16),
    isLong,
    raw,
    head,
    body: head + (count === 0 ? 0 : 12 + 4 * (count - 1)),
    tail: layout === 2 ? size % erofsBlock : 0,
  };
}

/** A folder's names and inodes (`struct erofs_dirent`), block by block. */
function* namesOf(content: Buffer): Generator<{ name: string; nid: number }, undefined> {
  for (let at = 0; at < content.length; at += erofsBlock) {
    const block = content.subarray(at, at + erofsBlock);
    const count = block.readUInt16LE(8) / 12;
    for (let index = 0; index < count; index++) {
      const from = block.readUInt16LE(12 * index + 8);
      const end = index + 1 < count ? block.readUInt16LE(12 * index + 20) : block.length;
      if (end <= from || end > block.length) throw new RangeError('holds names that overlap');
      const [name = ''] = block.toString('latin1', from, end).split('\0', 1);
      if (name === '' || name.length > longestName || name.includes('/'))
        throw new RangeError('contains an invalid name');
      yield { name, nid: Number(block.readBigUInt64LE(12 * index)) };
    }
  }
}
