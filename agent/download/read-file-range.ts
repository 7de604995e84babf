import { createReadStream } from 'node:fs';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Extent } from '../slots/slot.ts';

/** Something other than a server that has blobs. */
export interface BlobSource {
  /** Yields bytes `from` up to `to` of a blob. Throws `unreachable` when it ends before or is missing. */
  readBlob(sha256: string, range: { from: number; to: number }): AsyncGenerator<Buffer>;
}

/** Reads a stretch of what lies in a file, whole or as a part of it. Throws `unreachable` when it is short or missing. */
export async function* readFileRange(
  { path, offset, size }: Extent,
  { from, to }: { from: number; to: number },
): AsyncGenerator<Buffer> {
  let left = to - from;
  const end = Math.min(to, size);
  try {
    if (from < end) {
      for await (const chunk of createReadStream(path, { start: offset + from, end: offset + end - 1 })) {
        left -= chunk.length;
        yield chunk;
      }
    }
  } catch (cause) {
    throw new InterlockError('unreachable', { url: path, problem: (cause as Error).message }, { cause });
  }
  if (left > 0)
    throw new InterlockError('unreachable', { url: path, problem: `it ends ${left} bytes early` });
}
