import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type CpioEntry, packCpio } from '../boot-file/cpio.ts';

/**
 * Packs a folder laid out like /etc for one host. Files are 0755 when their owner may execute them, 0600 when no one
 * else may read them, 0644 otherwise. Throws `not_found`, `bad_input` for what is not a file, folder or link.
 */
export async function packHostFiles(folder: string): Promise<Buffer> {
  const entries = new Map<string, CpioEntry>();
  await addFolder(folder, '', entries);
  if (entries.size === 0) throw new InterlockError('bad_input', { what: folder, problem: 'is empty' });
  return packCpio(entries);
}

async function addFolder(folder: string, path: string, entries: Map<string, CpioEntry>): Promise<void> {
  const names = await readdir(join(folder, path)).catch((cause) => {
    throw new InterlockError('not_found', { what: folder }, { cause });
  });
  for (const name of names.sort()) {
    const inner = path ? `${path}/${name}` : name;
    const file = join(folder, inner);
    const found = await lstat(file);
    if (found.isDirectory()) {
      entries.set(inner, { kind: 'directory', mode: found.mode & 0o055 ? 0o755 : 0o700 });
      await addFolder(folder, inner, entries);
    } else if (found.isSymbolicLink()) {
      entries.set(inner, { kind: 'symlink', target: await readlink(file) });
    } else if (found.isFile()) {
      entries.set(inner, { kind: 'file', mode: modeOf(found.mode), content: await readFile(file) });
    } else {
      throw new InterlockError('bad_input', { what: file, problem: 'is not a file, folder or link' });
    }
  }
}

function modeOf(mode: number): number {
  if (mode & 0o100) return 0o755;
  return mode & 0o044 ? 0o644 : 0o600;
}
