import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { PayloadPart, Space } from '../../protocol/formats/payload/payload.ts';
import { withFile } from '../../system/files/durable.ts';

/** The two files of a release that payloads write. */
export type PartFiles = Record<PayloadPart, string>;

/** The same, open. */
export type PartHandles = Record<PayloadPart, FileHandle>;

/** Opens both to be read while `work` runs. */
export function withParts<T>(files: PartFiles, work: (parts: PartHandles) => Promise<T>): Promise<T> {
  return withFile(files.root, 'r', (root) => withFile(files.boot, 'r', (boot) => work({ root, boot })));
}

/** Reads exactly `length` bytes. */
export async function readPart(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  await readInto(file, bytes, position);
  return bytes;
}

/** Fills `bytes`; throws when the file ends before. */
export async function readInto(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) throw new Error(`a part ends at ${position + done}`);
    done += bytesRead;
  }
}

/** Where they lie in a release's folder. */
export function partFiles(dir: string): PartFiles {
  return { root: join(dir, 'root.erofs'), boot: join(dir, 'boot.efi') };
}

/** Which of the two a space is. */
export function partOf(space: Space): PayloadPart {
  return space.endsWith('-root') ? 'root' : 'boot';
}
