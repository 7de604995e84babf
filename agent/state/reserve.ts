import { randomBytes } from 'node:crypto';
import { rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import { privateFile } from '../../system/files/private-files.ts';

/** Room for one more state beside the one that is there. */
const reserveBytes = 64 * 1024;

/**
 * Saves by `work`; when the disk is full, gives it the room that was kept for that and saves again. A host that holds a
 * place, or is on trial, can so end what it began while somebody else fills `/var`.
 */
export async function savePastFull(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (asInterlockError(error).code !== 'disk_full') throw error;
    await rm(fileIn(folder), { force: true });
    await work();
  }
}

/** Keeps that room, where there is plenty; an update never waits for it. */
export async function keepReserve(folder: string): Promise<void> {
  const file = fileIn(folder);
  // there is none yet
  if ((await stat(file).catch(() => null))?.size === reserveBytes) return;
  try {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < 2 * reserveBytes) return;
    // nothing that a file system would pack or leave out
    await writeFile(file, randomBytes(reserveBytes), { mode: privateFile });
  } catch {
    // a disk too full for the reserve has none; what is really needed there fails by itself and is reported
    await rm(file, { force: true }).catch(() => {});
  }
}

function fileIn(folder: string): string {
  return join(folder, 'reserve');
}
