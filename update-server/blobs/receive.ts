import type { Readable } from 'node:stream';
import type { BlobState } from '../../protocol/api/publish.ts';
import { diskFailureOf } from '../../protocol/errors/disk-failure.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type FreeSpace, unlimitedSpace } from '../disk/free-space.ts';
import type { BlobInfo } from '../store/interface/repository.ts';
import type { Blobs } from './files.ts';
import { makeSpace } from './make-space.ts';
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
export function createReceiver(blobs: Blobs, space: FreeSpace = unlimitedSpace): Receive {
  const current = new Map<string, { bytes: Readable; over: Promise<unknown> }>();

  return async (announced, contentRange, bytes) => {
    const { sha256 } = announced;
    const before = current.get(sha256);
    before?.bytes.destroy();
    const work = (async () => {
      await before?.over;
      return receive({ blobs, space }, announced, contentRange, bytes);
    })();
    // the request that sent it answers with the failure; the next one only waits for the end
    const entry = { bytes, over: work.catch(() => {}) };
    current.set(sha256, entry);
    try {
      return await work;
    } finally {
      if (current.get(sha256) === entry) current.delete(sha256);
    }
  };
}

interface Place {
  blobs: Blobs;
  space: FreeSpace;
}

/** Space for the whole rest is promised before the first byte is taken; what cannot be continued leaves nothing behind. */
async function receive(
  place: Place,
  announced: BlobInfo,
  contentRange: string | undefined,
  bytes: Readable,
): Promise<BlobState> {
  const { blobs, space } = place;
  const { sha256, size } = announced;
  const { received, whole } = await blobs.state(sha256);
  if (whole) return { sha256, size, received };
  const range = size === 0 ? undefined : checkRange(contentRange, announced, received);
  const from = range?.from ?? 0;
  await makeSpace(place, () => space.book(sha256, size - from));
  try {
    const passing = limit(bytes, range, size, (passed) => space.took(sha256, passed));
    const there = await blobs.append(sha256, from, passing);
    if (there === size) await blobs.finish(announced);
    else checkSent(announced, range, there);
    return { sha256, size, received: there };
  } catch (error) {
    if (diskFailureOf(error)) await blobs.drop(sha256);
    throw asUploadFailure(error, size - from);
  } finally {
    await keepPromise(place, announced);
  }
}

function checkSent({ sha256 }: BlobInfo, range: UploadRange | undefined, there: number): void {
  if (!range || there === range.to + 1) return;
  throw new InterlockError('bad_input', {
    what: `blob ${sha256}`,
    problem: `${there - range.from} bytes sent, Content-Range says ${range.to - range.from + 1}`,
  });
}

/** A disk that another program filled in the meantime is reported as missing space. */
function asUploadFailure(error: unknown, needed: number): unknown {
  if (diskFailureOf(error)?.code !== 'disk_full') return error;
  const where = 'the server’s disk';
  return new InterlockError('space_missing', { where, free: 0, needed }, { cause: error });
}

/** An upload that can be continued keeps its space; any other gives it back. */
async function keepPromise({ blobs, space }: Place, { sha256, size }: BlobInfo): Promise<void> {
  const { received, whole } = await blobs.state(sha256);
  if (whole || received === 0) {
    space.end(sha256);
    if (!whole) await blobs.drop(sha256);
    return;
  }
  try {
    space.book(sha256, size - received);
  } catch {
    // there is no space for the rest any more
    space.end(sha256);
    await blobs.drop(sha256);
  }
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
async function* limit(
  bytes: Readable,
  range: UploadRange | undefined,
  size: number,
  took: (passed: number) => void,
) {
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
    took(chunk.length);
  }
}
