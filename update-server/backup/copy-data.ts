import { createHash } from 'node:crypto';
import { constants, createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import Database from 'better-sqlite3';
import { InterlockError } from '../../protocol/errors.ts';
import { syncFolder, withFile } from '../../system/durable.ts';

/** The database's name in a data folder and in a backup. */
const databaseFile = 'interlock.db';

/** What was copied. `missing`: blobs that releases name and nobody uploaded, such as a parts list. */
export interface Copied {
  blobs: number;
  missing: number;
  bytes: number;
}

/**
 * Copies a server's data: the database as it is at one moment, even of a server that runs, the blobs that published
 * releases name, each checked by its hash, and the online keys. Throws `not_found`, `backup_invalid`.
 */
export async function copyData(from: string, to: string, withKeys: boolean): Promise<Copied> {
  if (!existsSync(join(from, databaseFile)))
    throw new InterlockError('not_found', { what: join(from, databaseFile) });
  await mkdir(to, { recursive: true, mode: 0o700 });
  const blobs = await copyDatabase(join(from, databaseFile), join(to, databaseFile));
  const copied: Copied = { blobs: 0, missing: 0, bytes: 0 };
  for (const { sha256, size } of blobs) {
    if (!existsSync(blobPath(from, sha256))) {
      copied.missing++;
      continue;
    }
    await copyBlob(blobPath(from, sha256), blobPath(to, sha256), sha256);
    copied.blobs++;
    copied.bytes += size;
  }
  if (withKeys && existsSync(join(from, 'online'))) await copyKeys(join(from, 'online'), join(to, 'online'));
  await syncFolder(to);
  return copied;
}

async function copyDatabase(from: string, to: string): Promise<{ sha256: string; size: number }[]> {
  const source = new Database(from, { readonly: true, timeout: 5000 });
  await source.backup(to).finally(() => source.close());
  const copy = new Database(to);
  try {
    const problem = copy.pragma('integrity_check', { simple: true });
    if (problem !== 'ok')
      throw new InterlockError('backup_invalid', { file: from, problem: String(problem) });
    copy.pragma('journal_mode = DELETE');
    return copy
      .prepare<[], { sha256: string; size: number }>('SELECT sha256, size FROM published_blob')
      .all();
  } finally {
    copy.close();
  }
}

async function copyBlob(from: string, to: string, sha256: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyDurably(from, to);
  const hash = createHash('sha256');
  await pipeline(createReadStream(to), hash);
  const found = hash.digest('hex');
  if (found !== sha256)
    throw new InterlockError('backup_invalid', { file: from, problem: `it hashes to ${found}` });
}

function blobPath(folder: string, sha256: string): string {
  return join(folder, 'blobs', sha256.slice(0, 2), sha256);
}

async function copyKeys(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const name of await readdir(from)) await copyDurably(join(from, name), join(to, name));
}

async function copyDurably(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  await withFile(to, 'r', (file) => file.sync());
  await syncFolder(dirname(to));
}
