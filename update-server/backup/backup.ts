import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { syncFolder } from '../../system/files/durable.ts';
import { type Copied, copyData, copyMissing } from './copy-data.ts';

/**
 * Makes a backup of a data folder while the server runs. Throws `exists`, what `copyData` throws, and `backup_incomplete` once everything
 * is saved but blobs that rotted.
 */
export function backup(dataDir: string, out: string, withKeys: boolean): Promise<Copied> {
  return copyWhole(dataDir, out, withKeys);
}

/** Makes a data folder from a backup; the server is started on it afterwards. Throws as `backup` does. */
export function restore(from: string, dataDir: string): Promise<Copied> {
  return copyWhole(from, dataDir, true);
}

/** Brings lost blobs of a data folder back from a backup. Throws `not_found`, and `backup_incomplete` for what the backup lacks too. */
export async function restoreBlobs(from: string, dataDir: string): Promise<Copied> {
  return checked(await copyMissing(from, dataDir), dataDir);
}

function checked(copied: Copied, folder: string): Copied {
  const { damaged } = copied;
  if (damaged.length === 0) return copied;
  throw new InterlockError('backup_incomplete', {
    folder,
    count: damaged.length,
    blobs: damaged.join(', '),
  });
}

async function copyWhole(from: string, to: string, withKeys: boolean): Promise<Copied> {
  if (existsSync(to)) throw new InterlockError('exists', { what: to });
  // a name that cannot be guessed: nobody can have put a link there
  const part = await mkdtemp(`${resolve(to)}.part-`);
  try {
    const copied = await copyData(from, part, withKeys);
    await rename(part, to);
    await syncFolder(dirname(resolve(to)));
    return checked(copied, to);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}
