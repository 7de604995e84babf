import { constants, type FileHandle, open } from 'node:fs/promises';
import { nameDisk } from '../../../system/files/name-disk.ts';
import { alignedBuffer } from '../../slots/aligned.ts';

/**
 * Writes over a file's first bytes where they lie: past the page cache, durable when it returns, neither its length nor
 * its place changes. A disk whose sectors are longer, or tmpfs, takes them through the cache.
 */
export async function overwriteStart(path: string, bytes: Uint8Array): Promise<void> {
  const buffer = alignedBuffer(bytes.length).subarray(0, bytes.length);
  buffer.set(bytes);
  const { O_RDWR, O_DIRECT, O_DSYNC } = constants;
  try {
    await writeStart(await open(path, O_RDWR | O_DIRECT | O_DSYNC), buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') return nameDisk(path)(error);
    await writeStart(await open(path, O_RDWR | O_DSYNC), buffer).catch(nameDisk(path));
  }
}

async function writeStart(file: FileHandle, bytes: Buffer): Promise<void> {
  try {
    await file.write(bytes, 0, bytes.length, 0);
  } finally {
    await file.close();
  }
}
