import type { FileHandle } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import type { PayloadRef } from '../../protocol/documents/release.ts';
import type { PayloadHeader } from '../../protocol/formats/payload/payload.ts';
import { withFile } from '../../system/files/durable.ts';
import { ahead } from './ahead.ts';
import { hashRegions } from './hash-regions.ts';
import { listRegions } from './list-regions.ts';
import { makeData } from './make-data.ts';
import { extentsOf, together } from './pack-full-payload.ts';
import { type PartFiles, withParts } from './part-files.ts';
import { readBlob, readPayloadHeader } from './read-payload.ts';
import { type Made, writePayload } from './write-payload.ts';

/** `level` is zstd's; `onProgress` hears of bytes done out of all bytes of the parts. */
export interface ReplaceOptions {
  level: number;
  onProgress?: (done: number) => void;
}

/**
 * Writes a full payload again for another boot file: what makes the root is taken over byte for byte, in the format of
 * the `former` payload.
 */
export async function replaceBoot(
  former: string,
  files: PartFiles,
  out: string,
  { level, onProgress }: ReplaceOptions,
): Promise<PayloadRef> {
  const regions = await hashRegions(files, await listRegions(files));
  const boot = { size: (await readFile(files.boot)).length };
  let done = 0;
  return withFile(former, 'r', (file) =>
    withParts(files, async (parts) => {
      const header = await readPayloadHeader(file);
      const extents = extentsOf(regions, level, parts, 'boot');
      const made = ahead(extents, together, (extent) => makeData(extent, parts, level));
      const head = {
        sizes: { root: header.sizes.root, boot: boot.size },
        rootHash: header.rootHash,
        sourceRootHash: null,
        format: header.format,
      };
      const written = await writePayload(out, head, joined(ofRoot(file, header), made), (bytes) => {
        done += bytes;
        onProgress?.(done);
      });
      return { ...written, from: null };
    }),
  );
}

async function* ofRoot(file: FileHandle, header: PayloadHeader): AsyncGenerator<Made> {
  for (const operation of header.operations) {
    if (operation.part !== 'root') continue;
    const { offset: _, blobOffset: __, blobLength: ___, blobDigest: ____, ...planned } = operation;
    yield { operation: planned, blob: await readBlob(file, header, operation) };
  }
}

async function* joined<T>(first: AsyncIterable<T>, second: AsyncIterable<T>): AsyncGenerator<T> {
  yield* first;
  yield* second;
}
