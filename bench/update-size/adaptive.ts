import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findLocal } from '../../agent/write/find-local.ts';
import { planRequests } from '../../agent/write/plan-requests.ts';
import { openSource } from '../../agent/write/target-parts.ts';
import { fullPayload } from '../../protocol/documents/release.ts';
import { decodePayloadHeader } from '../../protocol/formats/payload/payload.ts';
import type { Pair } from './pairs.ts';

/** Bytes that a host fetches for which no delta was made: the header, and what its own image does not hold. */
export async function adaptiveFetches({ old, next }: Pair): Promise<number> {
  const { file, header } = fullPayload(next.release);
  const bytes = (await readFile(join(next.dir, file))).subarray(0, header.size);
  const operations = decodePayloadHeader(bytes).operations.map((operation, index) => ({
    ...operation,
    index,
  }));
  const place = (name: string, size: number) => ({ path: join(old.dir, name), offset: 0, size });
  const { root, boot } = old.release;
  const source = await openSource({
    root: place('root.erofs', root.size),
    verity: place('root.verity', root.verity.size),
    boot: place('boot.efi', boot.size),
  });
  try {
    const missing = await findLocal(operations, source, root.size, new AbortController().signal);
    const ranges = planRequests(missing).flatMap(({ blobs }) => (blobs ? [blobs.to - blobs.from] : []));
    return header.size + ranges.reduce((sum, length) => sum + length, 0);
  } finally {
    await Promise.all(Object.values(source).map((part) => part.close()));
  }
}
