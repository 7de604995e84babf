import { createHash } from 'node:crypto';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Place } from './copy.ts';
import type { Source } from './source.ts';
import type { Target } from './target.ts';

const zeros = Buffer.alloc(1024 * 1024);

/** Reads back all that was written, from the disk and not from memory. Throws `disk_failed` when it is something else. */
export async function checkDisk(
  target: Target,
  { medium }: Source,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const { root, verity, parts, zeros: empty } = medium;
  const total = root.size + verity.size + parts.size + empty.reduce((sum, [, length]) => sum + length, 0);
  let done = 0;
  const read = async (places: readonly Place[], use: (chunk: Buffer) => void) => {
    for (const [at, length] of places) {
      for await (const chunk of target.readBack(at, length)) {
        use(chunk);
        done += chunk.length;
        onProgress(done, total);
      }
    }
  };
  const check = async (what: string, places: readonly Place[], expected: string) => {
    const digest = createHash('sha256');
    await read(places, (chunk) => digest.update(chunk));
    if (digest.digest('hex') !== expected) throw other(what);
  };
  await check('root', [[root.at, root.size]], root.sha256);
  await check('verity', [[verity.at, verity.size]], verity.sha256);
  await check('parts', parts.places, parts.sha256);
  await read(empty, (chunk) => {
    if (chunk.compare(zeros, 0, chunk.length) !== 0) throw other('zeros');
  });
}

function other(what: string): InterlockError {
  return new InterlockError('disk_failed', {
    where: `the installed disk (${what})`,
    problem: 'it returns other bytes than were written',
  });
}
