import { constants, type Dirent } from 'node:fs';
import { access, lstat, readdir, readlink } from 'node:fs/promises';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { shownName } from '../paths/names.ts';

/** What an overlay holds under one path (relative; one character per byte, as are targets of links). */
export interface OverlayEntry {
  path: string;
  type: 'file' | 'directory' | 'symlink';
  /** The name on the build host, which need not be UTF-8. */
  file: Buffer;
  /** All bits of st_mode. */
  mode: number;
  size: number;
  /** When the file was last changed, in milliseconds since 1970. */
  mtimeMs: number;
  linkname: string;
}

/**
 * Lists an overlay folder, each folder before its content, names in byte order. Throws `bad_input` for what no overlay
 * may hold and for what cannot be read.
 */
export async function listOverlay(folder: string): Promise<OverlayEntry[]> {
  const entries: OverlayEntry[] = [];
  await listFolder(Buffer.from(folder), '', entries);
  return entries;
}

async function listFolder(folder: Buffer, path: string, entries: OverlayEntry[]): Promise<void> {
  const found = await readdir(folder, { withFileTypes: true, encoding: 'buffer' }).catch((cause) => {
    throw unreadable(folder, cause);
  });
  for (const name of found.toSorted((a, b) => Buffer.compare(a.name, b.name))) {
    const file = Buffer.concat([folder, Buffer.from('/'), name.name]);
    const target = [path, name.name.toString('latin1')].filter(Boolean).join('/');
    const entry = await describe(file, target, name).catch((cause) => {
      throw unreadable(file, cause);
    });
    entries.push(entry);
    if (entry.type === 'directory') await listFolder(file, target, entries);
  }
}

async function describe(file: Buffer, path: string, name: Dirent<Buffer>): Promise<OverlayEntry> {
  const { mode, size, mtimeMs } = await lstat(file);
  const found = { path, file, mode, mtimeMs };
  if (name.isSymbolicLink()) {
    const linkname = (await readlink(file, { encoding: 'buffer' })).toString('latin1');
    return { ...found, type: 'symlink', size: 0, linkname };
  }
  if (name.isDirectory()) return { ...found, type: 'directory', size: 0, linkname: '' };
  if (!name.isFile()) {
    throw new InterlockError('bad_input', {
      what: shownName(file),
      problem: `is a ${kindOf(name)}: an overlay holds files, folders and symbolic links only`,
    });
  }
  await access(file, constants.R_OK);
  return { ...found, type: 'file', size, linkname: '' };
}

function kindOf(name: Dirent<Buffer>): string {
  if (name.isFIFO()) return 'fifo';
  return name.isSocket() ? 'socket' : 'device';
}

function unreadable(file: Buffer, cause: unknown): unknown {
  if (cause instanceof InterlockError) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  const problem = code === 'ENAMETOOLONG' ? 'is longer than a path may be' : `cannot be read (${code})`;
  return new InterlockError('bad_input', { what: shownName(file), problem }, { cause });
}
