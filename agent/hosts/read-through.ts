import { open } from 'node:fs/promises';
import { nameDisk } from '../../system/files/name-disk.ts';

const chunkSize = 1024 * 1024;

/** Reads a device to its end through one buffer and drops what it reads: dm-verity has then seen every block. */
export async function readThrough(path: string, signal: AbortSignal): Promise<void> {
  const chunk = Buffer.allocUnsafeSlow(chunkSize);
  const file = await open(path);
  try {
    do signal.throwIfAborted();
    while ((await file.read(chunk, 0, chunkSize, null).catch(nameDisk(path))).bytesRead > 0);
  } finally {
    await file.close();
  }
}
