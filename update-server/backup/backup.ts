import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InterlockError } from '../../protocol/errors.ts';
import { syncFolder } from '../../system/durable.ts';
import { type Copied, copyData } from './copy-data.ts';

/** Makes a backup of a data folder, whole or not at all, while the server runs. Throws `exists`, and what `copyData` throws. */
export function backup(dataDir: string, out: string, withKeys: boolean): Promise<Copied> {
  return copyWhole(dataDir, out, withKeys);
}

/** Makes a data folder from a backup; the server is started on it afterwards. Throws `exists`, and what `copyData` throws. */
export function restore(from: string, dataDir: string): Promise<Copied> {
  return copyWhole(from, dataDir, true);
}

async function copyWhole(from: string, to: string, withKeys: boolean): Promise<Copied> {
  if (existsSync(to)) throw new InterlockError('exists', { what: to });
  const part = `${resolve(to)}.part`;
  await rm(part, { recursive: true, force: true });
  try {
    const copied = await copyData(from, part, withKeys);
    await rename(part, to);
    await syncFolder(dirname(resolve(to)));
    return copied;
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}
