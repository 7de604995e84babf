import { strict as assert } from 'node:assert';
import { open } from 'node:fs/promises';
import { type ErofsInode, readInode } from './inode.ts';
import { type ErofsSuperblock, readSuperblock } from './superblock.ts';

/** An entry met on the walk; `path` is relative (empty: the root) with one character per byte of its name. */
export interface ErofsEntry extends ErofsInode {
  path: string;
  /** The dirent's own idea of the type: 1 file, 2 directory, 3 char, 4 block, 5 fifo, 6 socket, 7 symlink. */
  direntType: number;
}

/** An opened image. */
export interface Erofs {
  superblock: ErofsSuperblock;
  /** Every entry, depth first, names in byte order; hard links appear under each name. */
  list(): Promise<ErofsEntry[]>;
  /** The entry at a path, null when there is none; symlinks are not followed. */
  find(path: string): Promise<ErofsInode | null>;
  /** A file's bytes; throws when there is no such file. */
  readFile(path: string): Promise<Buffer>;
  close(): Promise<void>;
}

/** Reads an EROFS image without the kernel and without the packer's code: the tests' second opinion. */
export async function openErofs(path: string, offset = 0): Promise<Erofs> {
  const file = await open(path, 'r');
  const read = async (position: number, length: number) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset + position);
    return buffer.subarray(0, bytesRead);
  };
  try {
    const superblock = readSuperblock(await read(0, 4096));
    const inode = (nid: number) => readInode(read, superblock, nid);
    return {
      superblock,
      list: () => walk(inode, superblock.rootNid),
      find: (wanted) => find(inode, superblock.rootNid, wanted),
      async readFile(wanted) {
        const found = await find(inode, superblock.rootNid, wanted);
        if (!found || (found.mode & 0o170000) !== 0o100000) throw new Error(`no file ${wanted} in the image`);
        return found.content();
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

type ReadNid = (nid: number) => Promise<ErofsInode>;

async function walk(inode: ReadNid, rootNid: number): Promise<ErofsEntry[]> {
  const entries: ErofsEntry[] = [];
  const visit = async (nid: number, parentNid: number, path: string, direntType: number) => {
    const entry = await inode(nid);
    entries.push({ ...entry, path, direntType });
    if (!isDirectory(entry)) return;
    const dirents = await readDirectory(entry);
    assert.equal(dirents.find(({ name }) => name === '.')?.nid, nid, `. of ${path}`);
    assert.equal(dirents.find(({ name }) => name === '..')?.nid, parentNid, `.. of ${path}`);
    for (const { name, nid: child, type } of dirents) {
      if (name !== '.' && name !== '..') await visit(child, nid, path ? `${path}/${name}` : name, type);
    }
  };
  await visit(rootNid, rootNid, '', 2);
  return entries;
}

async function find(inode: ReadNid, rootNid: number, path: string): Promise<ErofsInode | null> {
  let found = await inode(rootNid);
  for (const wanted of path.split('/').filter(Boolean)) {
    const dirents = isDirectory(found) ? await readDirectory(found) : [];
    const next = dirents.find(({ name }) => name === wanted);
    if (!next) return null;
    found = await inode(next.nid);
  }
  return found;
}

async function readDirectory(directory: ErofsInode): Promise<{ name: string; nid: number; type: number }[]> {
  const content = await directory.content();
  const dirents: { name: string; nid: number; type: number }[] = [];
  for (let at = 0; at < content.length; at += 4096) {
    const block = content.subarray(at, at + 4096);
    const count = block.readUInt16LE(8) / 12;
    for (let index = 0; index < count; index++) {
      const nameAt = block.readUInt16LE(index * 12 + 8);
      const end = index + 1 < count ? block.readUInt16LE((index + 1) * 12 + 8) : block.length;
      const name = block.toString('latin1', nameAt, end).replace(/\0.*$/s, '');
      const nid = Number(block.readBigUInt64LE(index * 12));
      dirents.push({ name, nid, type: block.readUInt8(index * 12 + 10) });
    }
  }
  dirents.reduce((previous, next) => {
    assert.ok(previous.name < next.name, `${next.name} comes after ${previous.name}`);
    return next;
  });
  return dirents;
}

function isDirectory({ mode }: ErofsInode): boolean {
  return (mode & 0o170000) === 0o040000;
}
