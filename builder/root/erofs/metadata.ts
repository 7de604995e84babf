import { directorySize, encodeDirectory, splitNames } from './directory.ts';
import { encodeInode, inodeLength } from './inode.ts';
import { blockSize } from './superblock.ts';
import type { Inode } from './tree.ts';
import { encodeXattrArea, shareXattrs, xattrCount } from './xattr.ts';

const slot = 32;
/** nid 0 hides `.` and `..` from listings, so slot 0 of the inode area stays empty. */
const firstNid = 1;

/** The image's metadata: everything behind the file data, and what the superblock needs to know of it. */
export interface Metadata {
  bytes: Buffer;
  rootNid: number;
  inodes: number;
  xattrBlock: number;
}

interface Placed {
  inode: Inode;
  parent: Inode;
  /** A directory's names by block. */
  names: string[][];
  size: number;
  xattrs: Buffer;
  nid: number;
  /** Bytes of content that follow the inode. */
  tail: number;
  /** Block, from the start of the metadata, of content that does not. */
  block: number;
}

/** Lays out inodes in walk order, then shared attributes, then directory blocks, from block `metaBlock` on. */
export function encodeMetadata(root: Inode, metaBlock: number, buildTime: number): Metadata {
  const inodes = walk(root);
  const shared = shareXattrs([...inodes.keys()]);
  const placed = new Map<Inode, Placed>();
  for (const [inode, parent] of inodes)
    placed.set(inode, measure(inode, parent, encodeXattrArea(inode.xattrs, shared)));

  let end = firstNid * slot;
  for (const item of placed.values()) end = placeInode(item, end, buildTime);
  const xattrBlock = Math.ceil(end / blockSize);
  let block = xattrBlock + Math.ceil(shared.area.length / blockSize);
  for (const item of placed.values()) block = placeBlocks(item, block);

  const bytes = Buffer.alloc(block * blockSize);
  shared.area.copy(bytes, xattrBlock * blockSize);
  let serial = 1;
  for (const item of placed.values()) write(bytes, item, placed, { metaBlock, buildTime, serial: serial++ });
  return {
    bytes,
    rootNid: placed.get(root)!.nid,
    inodes: placed.size,
    xattrBlock: shared.area.length > 0 ? metaBlock + xattrBlock : 0,
  };
}

/** Every inode once with the directory it was met in: depth first, names in byte order. */
function walk(root: Inode): Map<Inode, Inode> {
  const met = new Map<Inode, Inode>();
  const visit = (inode: Inode, parent: Inode) => {
    if (met.has(inode)) return;
    met.set(inode, parent);
    for (const name of [...inode.children.keys()].sort()) visit(inode.children.get(name)!, inode);
  };
  visit(root, root);
  return met;
}

function measure(inode: Inode, parent: Inode, xattrs: Buffer): Placed {
  const names = inode.kind === 'directory' ? splitNames(inode.children.keys()) : [];
  const size =
    inode.kind === 'directory'
      ? directorySize(names)
      : inode.kind === 'symlink'
        ? inode.target.length
        : inode.size;
  return { inode, parent, names, size, xattrs, nid: 0, tail: 0, block: 0 };
}

/** Finds the inode's slot: its inline tail may not cross a block boundary. Returns where it ends. */
function placeInode(item: Placed, from: number, buildTime: number): number {
  const head = inodeLength(item.inode, item.size, buildTime) + item.xattrs.length;
  const tail = item.inode.kind === 'file' ? 0 : item.size % blockSize;
  item.tail = (head % slot) + tail <= blockSize ? tail : 0;
  let at = Math.ceil(from / slot) * slot;
  while (item.tail > 0 && ((at + head) % blockSize) + item.tail > blockSize) at += slot;
  item.nid = at / slot;
  return at + head + item.tail;
}

function placeBlocks(item: Placed, from: number): number {
  item.block = from;
  if (item.inode.kind === 'file') return from;
  return from + Math.ceil((item.size - item.tail) / blockSize);
}

function write(
  bytes: Buffer,
  item: Placed,
  placed: Map<Inode, Placed>,
  { metaBlock, buildTime, serial }: { metaBlock: number; buildTime: number; serial: number },
): void {
  const { inode, size, tail, xattrs } = item;
  const ownBlocks = inode.kind === 'file' ? 0 : size - tail;
  const firstBlock = ownBlocks > 0 ? metaBlock + item.block : size > 0 ? inode.firstBlock : 0;
  const place = { serial, size, firstBlock, inline: tail > 0, xattrCount: xattrCount(xattrs) };
  const head = Buffer.concat([encodeInode(inode, place, buildTime), xattrs]);
  const content = contentOf(item, placed);
  head.copy(bytes, item.nid * slot);
  content.copy(bytes, item.block * blockSize, 0, ownBlocks);
  content.copy(bytes, item.nid * slot + head.length, ownBlocks);
}

function contentOf({ inode, parent, names }: Placed, placed: Map<Inode, Placed>): Buffer {
  if (inode.kind !== 'directory') return inode.target;
  return encodeDirectory(names, (name) => {
    const child = name === '.' ? inode : name === '..' ? parent : inode.children.get(name)!;
    return { nid: placed.get(child)!.nid, kind: child.kind };
  });
}
