import { randomUUID } from 'node:crypto';
import { constants, existsSync, statSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { diskFailureOf } from '../../protocol/errors/disk-failure.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { syncFolder, withFile } from '../../system/files/durable.ts';
import { putBlob } from '../blobs/put-blob.ts';
import { asidePath, hashFile } from '../blobs/verify.ts';
import { makePrivate } from '../disk/private-file.ts';

/** The database's name in a data folder and in a backup. */
const databaseFile = 'interlock.db';

/** What was copied. `missing`: blobs that releases name and that were never uploaded, such as a parts list. */
export interface Copied {
  blobs: number;
  missing: number;
  bytes: number;
  /** Blobs that hosts need and that are damaged or gone; everything else was copied. */
  damaged: string[];
}

/** A blob that a release names; `needed` when no host could write the release without it. */
interface NamedBlob {
  sha256: string;
  size: number;
  needed: number;
}

/**
 * Copies a server's data: the database as it is at one moment, even of a server that runs, the blobs that published
 * releases name, each checked by its hash, and the online keys. Damaged blobs are named; everything else is saved. Throws
 * `not_found`, `backup_invalid`.
 */
export async function copyData(from: string, to: string, withKeys: boolean): Promise<Copied> {
  if (!existsSync(join(from, databaseFile)))
    throw new InterlockError('not_found', { what: join(from, databaseFile) });
  await mkdir(to, { recursive: true, mode: 0o700 });
  const blobs = await copyDatabase(join(from, databaseFile), join(to, databaseFile));
  const copied = await copyBlobs(from, to, blobs);
  if (withKeys && existsSync(join(from, 'online'))) await copyKeys(join(from, 'online'), join(to, 'online'));
  await syncFolder(to);
  return copied;
}

/** Copies those of the blobs that are whole. */
async function copyBlobs(from: string, to: string, blobs: readonly NamedBlob[]): Promise<Copied> {
  const copied: Copied = { blobs: 0, missing: 0, bytes: 0, damaged: [] };
  for (const { sha256, size, needed } of blobs) {
    if (await copyBlob(blobPath(from, sha256), blobPath(to, sha256), sha256)) {
      copied.blobs++;
      copied.bytes += size;
    } else if (needed || wasHere(from, sha256)) copied.damaged.push(sha256);
    else copied.missing++;
  }
  return copied;
}

/**
 * Brings blobs that are damaged or gone in a data folder back from a backup, also while its server runs. `damaged` are those
 * that the backup does not have either.
 */
export async function copyMissing(from: string, dataDir: string): Promise<Copied> {
  const file = join(dataDir, databaseFile);
  if (!existsSync(file)) throw new InterlockError('not_found', { what: file });
  const db = new Database(file, { readonly: true, timeout: 5000 });
  const named = namedBlobs(db);
  db.close();
  const lost: NamedBlob[] = [];
  for (const blob of named) if (await isLost(dataDir, blob)) lost.push(blob);
  const copied: Copied = { blobs: 0, missing: 0, bytes: 0, damaged: [] };
  for (const { sha256, size } of lost) {
    const part = join(dataDir, `blob-${randomUUID()}.part`);
    if (await copyBlob(blobPath(from, sha256), part, sha256)) {
      await putBlob(part, blobPath(dataDir, sha256), join(dataDir, 'blobs'));
      copied.blobs++;
      copied.bytes += size;
    } else copied.damaged.push(sha256);
  }
  return copied;
}

async function isLost(dataDir: string, { sha256, needed }: NamedBlob): Promise<boolean> {
  const path = blobPath(dataDir, sha256);
  if (existsSync(path)) return (await hashFile(path)) !== sha256;
  return needed !== 0 || wasHere(dataDir, sha256);
}

function wasHere(dataDir: string, sha256: string): boolean {
  const path = blobPath(dataDir, sha256);
  return existsSync(path) || existsSync(asidePath(path));
}

async function copyDatabase(from: string, to: string): Promise<NamedBlob[]> {
  makePrivate(to);
  const source = new Database(from, { readonly: true, timeout: 5000 });
  await source.backup(to).finally(() => source.close());
  const copy = new Database(to);
  try {
    const problem = copy.pragma('integrity_check', { simple: true });
    if (problem !== 'ok')
      throw new InterlockError('backup_invalid', { file: from, problem: String(problem) });
    copy.pragma('journal_mode = DELETE');
    return namedBlobs(copy);
  } finally {
    copy.close();
  }
}

/** Read from what releases say, so that it works on databases of earlier versions, too. */
function namedBlobs(db: Database.Database): NamedBlob[] {
  return db
    .prepare<[], NamedBlob>(
      `SELECT sha256, size, sha256 IN (
         SELECT part.value ->> '$.sha256' FROM target_file,
           json_each(CASE WHEN json_valid(content) THEN content ELSE '{}' END, '$.payloads') AS part
         WHERE target_file.path LIKE '%.release.json'
       ) AS needed FROM published_blob`,
    )
    .all();
}

/** True when the copy is whole; otherwise there is none. */
async function copyBlob(from: string, to: string, sha256: string): Promise<boolean> {
  if (!statSync(from, { throwIfNoEntry: false })?.isFile()) return false;
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  let isWhole = false;
  try {
    await copyDurably(from, to);
    isWhole = (await hashFile(to)) === sha256;
  } catch (error) {
    if (diskFailureOf(error)?.code !== 'disk_failed') throw error;
  } finally {
    if (!isWhole) await rm(to, { force: true });
  }
  return isWhole;
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
