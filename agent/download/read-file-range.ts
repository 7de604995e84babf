import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InterlockError } from '../../protocol/errors.ts';
import type { Range } from './request-range.ts';

/** The same for a release that was carried to the host by hand. Throws `unreachable` when the file is short or missing. */
export async function* readFileRange(url: string, { from, to }: Range): AsyncGenerator<Buffer> {
  let left = to - from;
  try {
    for await (const chunk of createReadStream(fileURLToPath(url), { start: from, end: to - 1 })) {
      left -= chunk.length;
      yield chunk;
    }
  } catch (cause) {
    throw new InterlockError('unreachable', { url, problem: (cause as Error).message }, { cause });
  }
  if (left > 0) throw new InterlockError('unreachable', { url, problem: `it ends ${left} bytes early` });
}
