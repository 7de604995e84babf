import type { Readable } from 'node:stream';
import { InterlockError } from '../../protocol/errors.ts';
import type { BlobState } from '../../protocol/publish.ts';
import type { BlobInfo } from '../store/store.ts';
import type { Blobs } from './files.ts';
import { parseContentRange, type UploadRange } from './range.ts';

/** Takes the next bytes of an announced blob. */
export type Receive = (
  announced: BlobInfo,
  contentRange: string | undefined,
  bytes: Readable,
) => Promise<BlobState>;

/**
 * One upload per blob at a time: a newer request ends the older one, whose client may be gone without
 * the server having noticed, and goes on after the last byte that arrived.
 */
export function createReceiver(blobs: Blobs): Receive {
  const current = new Map<string, { bytes: Readable; over: Promise<unknown> }>();

  return async (announced, contentRange, bytes) => {
    const { sha256 } = announced;
    const before = current.get(sha256);
    before?.bytes.destroy();
    const work = (async () => {
      await before?.over;
      return receive(blobs, announced, contentRange, bytes);
    })();
    const entry = { bytes, over: work.catch(() => {}) };
    current.set(sha256, entry);
    try {
      return await work;
    } finally {
      if (current.get(sha256) === entry) current.delete(sha256);
    }
  };
}

async function receive(
  blobs: Blobs,
  announced: BlobInfo,
  contentRange: string | undefined,
  bytes: Readable,
): Promise<BlobState> {
  const { sha256, size } = announced;
  const { received, whole } = await blobs.state(sha256);
  if (whole) return { sha256, size, received };
  const range = size === 0 ? undefined : checkRange(contentRange, announced, received);
  const there = await blobs.append(sha256, range?.from ?? 0, limit(bytes, range, size));
  if (there === size) await blobs.finish(announced);
  else if (range && there !== range.to + 1) {
    throw new InterlockError('bad_input', {
      what: `blob ${sha256}`,
      problem: `${there - range.from} bytes sent, Content-Range says ${range.to - range.from + 1}`,
    });
  }
  return { sha256, size, received: there };
}

function checkRange(text: string | undefined, { sha256, size }: BlobInfo, received: number): UploadRange {
  const range = parseContentRange(text);
  const what = `blob ${sha256}`;
  if (!range) throw new InterlockError('bad_input', { what, problem: 'needs Content-Range: bytes a-b/size' });
  if (range.size !== size) {
    throw new InterlockError('bad_input', { what, problem: `was announced with ${size} bytes` });
  }
  if (range.from !== received) {
    throw new InterlockError('range_invalid', { range: `${range.from}-${range.to}`, size, received });
  }
  return range;
}

/** Passes the bytes on and fails at the first one beyond what was announced for this request. */
async function* limit(bytes: Readable, range: UploadRange | undefined, size: number) {
  const allowed = range ? range.to - range.from + 1 : size;
  let passed = 0;
  for await (const chunk of bytes.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    passed += chunk.length;
    if (passed > allowed) {
      throw new InterlockError('bad_input', {
        what: 'upload',
        problem: `more than the ${allowed} bytes of its Content-Range`,
      });
    }
    yield chunk;
  }
}
