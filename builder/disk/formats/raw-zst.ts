import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { pourInto } from './pour.ts';
import type { RawDisk } from './raw-disk.ts';

/** Writes the disk as one zstd frame that says its length and ends with a checksum. */
export async function writeRawZst(disk: RawDisk, out: FileHandle): Promise<void> {
  const params = { [constants.ZSTD_c_checksumFlag]: 1 };
  const zstd = createZstdCompress({ params, pledgedSrcSize: disk.size });
  await pipeline(Readable.from(disk.all()), zstd, pourInto(out));
}
