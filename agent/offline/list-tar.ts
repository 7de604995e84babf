import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Extent } from '../slots/slot.ts';

/** A bundle has a few dozen files; a tar with so many names that they fill the memory is not one. */
const mostFiles = 10_000;
const blockLength = 512;

/**
 * Finds where the files of a tar lie in it, by path, so that they are read in place. One that ends before its end mark was
 * cut. Throws `bad_input`, whatever the bytes and whatever the disk says to being read.
 */
export async function listTar(path: string): Promise<Map<string, Extent>> {
  const places = new Map<string, Extent>();
  const reader = extract();
  const feeding = pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), reader);
  // the loop below throws the same error
  feeding.catch(() => {});
  let end = 0;
  try {
    for await (const entry of reader) {
      // `byteOffset` is not among the package's types
      const { name, type, size = 0, byteOffset } = entry.header as Header & { byteOffset: number };
      if (!Number.isSafeInteger(size)) throw new Error(`an entry of ${size} bytes`);
      if (type === 'file') places.set(name.replace(/^\.\//, ''), { path, offset: byteOffset, size });
      if (places.size > mostFiles) throw new Error(`more than ${mostFiles} files`);
      end = byteOffset + (type === 'directory' ? 0 : Math.ceil(size / blockLength) * blockLength);
      entry.resume();
    }
    await feeding;
    if ((await stat(path)).size < end + blockLength) throw new Error('it ends early');
  } catch (cause) {
    const problem = `it is neither a folder nor a complete tar file (${(cause as Error).message})`;
    throw new InterlockError('bad_input', { what: path, problem }, { cause });
  }
  return places;
}
