import type { FileHandle } from 'node:fs/promises';
import { type ErofsMeta, erofsBlock } from './walk-erofs.ts';

const superblockAt = 1024;
const superblockLength = 128;
const magic = 0xe0f5e1e2;
/** The largest root has a few MiB. */
const mostMetadata = 512 * 1024 * 1024;

/** What a reader of root images needs: the metadata, which this builder writes last, and where shared attributes lie in it. */
export interface OpenErofs extends ErofsMeta {
  size: number;
  xattrsAt: number;
}

/** Reads superblock and metadata of a root image as this builder writes it. Throws RangeError for another one. */
export async function openErofs(file: FileHandle): Promise<OpenErofs> {
  const { size } = await file.stat();
  const superblock = await readAt(file, superblockAt, superblockLength);
  if (superblock.readUInt32LE(0) !== magic || superblock.readUInt8(12) !== 12)
    throw new RangeError('is not an EROFS image');
  const metaAt = superblock.readUInt32LE(40) * erofsBlock;
  if (metaAt >= size || size - metaAt > mostMetadata)
    throw new RangeError(`has its metadata at ${metaAt} of ${size}`);
  return {
    size,
    metadata: await readAt(file, metaAt, size - metaAt),
    metaAt,
    rootNid: superblock.readUInt16LE(14),
    xattrsAt: superblock.readUInt32LE(44) * erofsBlock - metaAt,
  };
}

/** What to say of damage: our own words where we have some, not Node's. */
export function problemOf(cause: RangeError): string {
  return 'code' in cause ? 'holds damaged metadata' : cause.message;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new RangeError('is cut short');
    done += bytesRead;
  }
  return bytes;
}
