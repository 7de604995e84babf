import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { TarEntry } from '../../tree/tar/read-tar.ts';
import type { Timestamp } from '../../tree/tar/timestamp.ts';

/** What an inode can be; hard links are names of one, sockets never come in a tar. */
export type InodeKind = Exclude<TarEntry['type'], 'link'>;

/** What one inode of the image will say; names are binary strings. */
export interface Inode {
  kind: InodeKind;
  mode: number;
  uid: number;
  gid: number;
  /** Its own time; the image's unless given. */
  mtime?: Timestamp;
  nlink: number;
  /** Bytes of a file's content; directories get theirs when they are laid out. */
  size: number;
  /** First block of a file's content. */
  firstBlock: number;
  /** A symlink's target. */
  target: Buffer;
  /** Device number as the kernel stores it (major 12 bits, minor 20 bits). */
  device: number;
  xattrs: Map<string, Buffer>;
  /** A directory's entries. */
  children: Map<string, Inode>;
}

/** A tree that grows entry by entry: later entries win, missing parents are made, hard links may come first. */
export interface Tree {
  root: Inode;
  /** Hard links whose target has not come yet. */
  pending: { path: string; target: string }[];
}

/** A tree that holds nothing but its root. */
export function emptyTree(): Tree {
  return { root: directory(), pending: [] };
}

/** Puts an entry into the tree, with its own time on demand; gives the inode whose content follows, if the entry has one of its own. */
export function addEntry(tree: Tree, entry: TarEntry, keepTimes = false): Inode | undefined {
  if (tree.pending.length > 0) tree.pending = tree.pending.filter(({ path }) => path !== entry.path);
  if (entry.type === 'link') {
    if (!addLink(tree, entry.path, entry.linkname)) {
      tree.pending.push({ path: entry.path, target: entry.linkname });
    }
    return undefined;
  }
  const known = find(tree.root, entry.path);
  if (entry.type === 'directory' && known?.kind === 'directory') {
    const { mode, uid, gid, xattrs, mtime } = entry;
    Object.assign(known, { mode, uid, gid, xattrs }, keepTimes && { mtime });
    return undefined;
  }
  const inode = { ...toInode(entry, entry.type), ...(keepTimes && { mtime: entry.mtime }) };
  place(tree.root, entry.path, inode);
  return inode;
}

/** Resolves the hard links that came before their targets; throws `bad_input` for a target that never came. */
export function resolveLinks(tree: Tree): void {
  for (const { path, target } of tree.pending) {
    if (!addLink(tree, path, target)) throw refused(path, `is a link to ${target}, which is not there`);
  }
  tree.pending = [];
}

function addLink({ root }: Tree, path: string, target: string): boolean {
  const inode = find(root, target);
  if (!inode) return false;
  if (inode.kind === 'directory') throw refused(path, `is a hard link to the directory ${target}`);
  if (find(root, path) !== inode) place(root, path, inode);
  return true;
}

function find(root: Inode, path: string): Inode | undefined {
  let inode: Inode | undefined = root;
  for (const name of namesOf(path)) inode = inode?.children.get(name);
  return inode;
}

function place(root: Inode, path: string, inode: Inode): void {
  const names = namesOf(path);
  const last = names.pop();
  if (last === undefined) throw refused('the root', 'is not a directory');
  let parent = root;
  for (const name of names) {
    const next: Inode = parent.children.get(name) ?? directory();
    if (next.kind !== 'directory') throw refused(path, `is below ${name}, which is not a directory`);
    link(parent, name, next);
    parent = next;
  }
  link(parent, last, inode);
}

function link(parent: Inode, name: string, inode: Inode): void {
  const replaced = parent.children.get(name);
  if (replaced === inode) return;
  if (replaced?.kind === 'directory') throw refused(name, 'is a directory first and something else later');
  if (replaced) replaced.nlink--;
  parent.children.set(name, inode);
  if (inode.kind === 'directory') parent.nlink++;
  else inode.nlink++;
}

function namesOf(path: string): string[] {
  return path === '' ? [] : path.split('/');
}

function toInode(entry: TarEntry, kind: InodeKind): Inode {
  const { mode, uid, gid, size, xattrs, major, minor } = entry;
  const isDevice = kind === 'character-device' || kind === 'block-device';
  if (isDevice && (major >= 1 << 12 || minor >= 1 << 20))
    throw refused(entry.path, `is device ${major}:${minor}`);
  return {
    ...directory(),
    kind,
    mode,
    uid,
    gid,
    size,
    xattrs,
    nlink: kind === 'directory' ? 2 : 0,
    target: kind === 'symlink' ? Buffer.from(entry.linkname, 'latin1') : Buffer.alloc(0),
    device: isDevice ? ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0 : 0,
  };
}

function directory(): Inode {
  return {
    kind: 'directory',
    mode: 0o755,
    uid: 0,
    gid: 0,
    nlink: 2,
    size: 0,
    firstBlock: 0,
    target: Buffer.alloc(0),
    device: 0,
    xattrs: new Map(),
    children: new Map(),
  };
}

function refused(path: string, problem: string): InterlockError {
  return new InterlockError('bad_input', { what: Buffer.from(path, 'latin1').toString('utf8'), problem });
}
