import { constants, type FileHandle, open } from 'node:fs/promises';
import { InterlockError } from '../../protocol/errors.ts';
import type { Extent } from './slot.ts';

const chunkSize = 1024 * 1024;
const alignment = 4096;

/**
 * Reads an extent from the disk itself, past the page cache (`O_DIRECT`), chunk by chunk; each chunk is valid until the
 * next one. File systems without direct reads (tmpfs) are read as usual. `length` defaults to the whole extent.
 */
export async function* readBack(extent: Extent, length = extent.size): AsyncGenerator<Buffer> {
  const chunk = alignedBuffer();
  const file = await openDirect(extent.path, chunk);
  try {
    for (let done = 0; done < length; ) {
      const at = extent.offset + done;
      const start = at - (at % alignment);
      const { bytesRead } = await file.read(chunk, 0, chunkSize, start);
      const bytes = chunk.subarray(at - start, Math.min(bytesRead, at - start + length - done));
      if (bytes.length === 0) {
        throw new InterlockError('disk_invalid', { disk: extent.path, problem: `ends at byte ${at}` });
      }
      yield bytes;
      done += bytes.length;
    }
  } finally {
    await file.close();
  }
}

/** Node's types leave WebAssembly to the browser's library. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: { Memory: new (pages: { initial: number; maximum: number }) => { buffer: ArrayBuffer } };
};

/** WebAssembly memory is the one kind that Node hands out on page boundaries, which direct reads demand. */
function alignedBuffer(): Buffer {
  const pages = chunkSize / 65_536;
  return Buffer.from(new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer);
}

async function openDirect(path: string, chunk: Buffer): Promise<FileHandle> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_DIRECT);
    await file.read(chunk, 0, alignment, 0);
    return file;
  } catch (error) {
    await file?.close();
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
    return open(path, 'r');
  }
}
