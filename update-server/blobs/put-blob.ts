import { chmod, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../../system/files/durable.ts';
import { asidePath } from './verify.ts';

/**
 * Puts a checked file into its place among the blobs, durably, and removes a damaged one of that name. The mode of the folder of all blobs
 * decides who reads them: an operator may have let a file server's group in.
 */
export async function putBlob(file: string, path: string, blobs: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(blobs, { recursive: true, mode: 0o700 });
  const isShared = ((await stat(blobs)).mode & 0o050) === 0o050;
  if (await mkdir(folder, { recursive: true, mode: 0o700 })) await chmod(folder, isShared ? 0o755 : 0o700);
  await chmod(file, isShared ? 0o644 : 0o600);
  // usually nothing has that name yet
  if ((await stat(path).catch(() => undefined))?.isDirectory()) await rm(path, { recursive: true });
  await rename(file, path);
  for (const changed of [folder, blobs, dirname(blobs)]) await syncFolder(changed);
  await rm(asidePath(path), { force: true, recursive: true });
}
