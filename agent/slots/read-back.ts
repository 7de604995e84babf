import { constants, type FileHandle, open } from 'node:fs/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { nameDisk } from '../../system/files/name-disk.ts';
import { alignedBuffer, alignment } from './aligned.ts';
import type { Extent } from './slot.ts';

const chunkSize = 1024 * 1024;

/**
 * Reads an extent from the disk itself, past the page cache (`O_DIRECT`), chunk by chunk; each chunk is valid until the
 * next one, which the disk reads meanwhile. File systems without direct reads (tmpfs) are read as usual. `length` defaults
 * to the whole extent.
 */
export async function* readBack(extent: Extent, length = extent.size): AsyncGenerator<Buffer> {
  const chunks = [alignedBuffer(chunkSize), alignedBuffer(chunkSize)] as const;
  const file = await openDirect(extent.path, chunks[0]);
  const end = extent.offset + length;
  const read = (start: number, turn: number) => {
    const reading = file.read(chunks[turn % 2]!, 0, chunkSize, start).catch(nameDisk(extent.path));
    // whoever stops early never asks for it
    reading.catch(() => {});
    return reading;
  };
  let ahead: ReturnType<typeof read> | undefined;
  try {
    let offset = extent.offset;
    ahead = read(offset - (offset % alignment), 0);
    for (let turn = 0; offset < end; turn++) {
      const start = offset - (offset % alignment);
      const { bytesRead } = await ahead;
      const bytes = chunks[turn % 2]!.subarray(offset - start, Math.min(bytesRead, end - start));
      if (bytes.length === 0) {
        throw new InterlockError('disk_invalid', { disk: extent.path, problem: `ends at byte ${offset}` });
      }
      offset += bytes.length;
      ahead = read(offset - (offset % alignment), turn + 1);
      yield bytes;
    }
  } finally {
    // read ahead and not asked for any more
    await ahead?.catch(() => {});
    await file.close();
  }
}

async function openDirect(path: string, chunk: Buffer): Promise<FileHandle> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_DIRECT);
    await file.read(chunk, 0, alignment, 0);
    return file;
  } catch (error) {
    await file?.close();
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') return nameDisk(path)(error);
    return open(path, 'r');
  }
}
