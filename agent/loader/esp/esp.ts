import { type FileHandle, mkdir, readdir, readFile, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Range } from '../../../protocol/formats/efi/uki-parts.ts';
import { syncFolder, withFile } from '../../../system/files/durable.ts';
import { hashFile } from '../../slots/hash-file.ts';
import { copyPart, readPart } from './copy-part.ts';
import { overwriteStart } from './overwrite.ts';

/** The few things done to an ESP; paths are relative to its root. A test's double can cut the power between any two. */
export interface Esp {
  /** File names in a folder; none when it does not exist. */
  list(folder: string): Promise<string[]>;
  /** A file's text, or nothing when it does not exist. */
  read(path: string): Promise<string | undefined>;
  /** Some bytes of a file, fewer when it ends before; nothing when it does not exist. */
  bytes(path: string, part: Range): Promise<Buffer | undefined>;
  /** Hex SHA-256 of a file or a part of it as the disk holds it, not the page cache; nothing when it does not exist. */
  hash(path: string, part?: Range): Promise<string | undefined>;
  /** A file's length in bytes; 0 when it does not exist. */
  size(path: string): Promise<number>;
  /** Writes a small file straight to its name and flushes it. */
  write(path: string, text: string): Promise<void>;
  /** Writes over the start of a file that is there, in place; durable when it returns. */
  overwrite(path: string, text: string): Promise<void>;
  /** Makes a file of a part of another one and flushes it. */
  extract(from: string, part: Range, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes names written and removed in a folder survive a power cut. */
  sync(folder: string): Promise<void>;
  /** Free bytes. */
  free(): Promise<number>;
}

/** An ESP that is a folder: the mounted one, or a plain folder on a file-backed host. */
export function openEsp(root: string): Esp {
  const at = (path: string) => join(root, path);
  return {
    list: (folder) => readdir(at(folder)).catch(nothingWhenMissing([])),
    read: (path) => readFile(at(path), 'latin1').catch(nothingWhenMissing(undefined)),
    bytes: (path, part) => readPart(at(path), part).catch(nothingWhenMissing(undefined)),
    hash: (path, part) => hashFile(at(path), part).catch(nothingWhenMissing(undefined)),
    size: (path) => stat(at(path)).then((found) => found.size, nothingWhenMissing(0)),
    write: (path, text) => writeFlushed(at(path), text),
    overwrite: (path, text) => overwriteStart(at(path), Buffer.from(text, 'latin1')),
    extract: (from, part, to) => copyPart(at(from), part, at(to)),
    remove: (path) => rm(at(path), { force: true }),
    async sync(folder) {
      await mkdir(at(folder), { recursive: true });
      await syncFolder(at(folder));
    },
    async free() {
      const { bavail, bsize } = await statfs(root);
      return bavail * bsize;
    },
  };
}

async function writeFlushed(path: string, text: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const write = async (file: FileHandle) => {
    await file.writeFile(text, 'latin1');
    await file.sync();
  };
  await withFile(path, 'w', write, 0o644);
}

function nothingWhenMissing<T>(value: T) {
  return (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return value;
    throw error;
  };
}
