import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Range } from '../../../protocol/formats/efi/uki-parts.ts';
import { withFile } from '../../../system/files/durable.ts';
import { openExtent } from '../../slots/extent.ts';

const chunkLength = 1024 * 1024;

/** Makes a file of a part of another one and flushes it, piece by piece: kernels are larger than what the agent may hold. */
export async function copyPart(from: string, { offset, length }: Range, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const source = await openExtent({ path: from, offset, size: length }, 'read');
  const copy = async (file: FileHandle) => {
    const scratch = Buffer.allocUnsafe(chunkLength);
    for (let done = 0; done < length; done += chunkLength) {
      await file.writeFile(await source.read(done, Math.min(chunkLength, length - done), scratch));
    }
    await file.sync();
  };
  try {
    await withFile(to, 'w', copy, 0o644);
  } finally {
    await source.close();
  }
}

/** Reads a small part of a file; less when it ends before. */
export async function readPart(path: string, { offset, length }: Range): Promise<Buffer> {
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
