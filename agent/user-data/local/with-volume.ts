import { lstat, mkdir, mkdtemp, realpath, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../system/process/run.ts';
import type { Volume } from './list-disks.ts';
import { readSmall } from './read-small.ts';

/** Reads a file of a volume by its path there; null where it has none. */
export type ReadFile = (path: string) => Promise<Buffer | null>;

/**
 * Mounts a volume to be read alone, lends it, and unmounts it. Nothing on it runs, is a device, or leads out of it by a
 * symbolic link.
 */
export async function withVolume<T>(
  { device, type }: Volume,
  parent: string,
  use: (read: ReadFile) => Promise<T>,
): Promise<T> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(parent, 'volume-'));
  try {
    await run('mount', ['-t', type, '-o', 'ro,nodev,nosuid,noexec', device, folder]);
    try {
      return await use((path) => readInside(folder, path));
    } finally {
      await run('umount', [folder]);
    }
  } finally {
    await rmdir(folder);
  }
}

async function readInside(folder: string, path: string): Promise<Buffer | null> {
  const file = join(folder, path);
  try {
    const real = await realpath(file);
    if (!real.startsWith(`${folder}/`) || !(await lstat(real)).isFile()) return null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return readSmall(file);
}
