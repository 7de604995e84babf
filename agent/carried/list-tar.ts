import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { InterlockError } from '../../protocol/errors.ts';
import type { Extent } from '../slots/slot.ts';

/** Finds where the files of a tar lie in it, by path, so that they are read in place. Throws `bad_input`. */
export async function listTar(path: string): Promise<Map<string, Extent>> {
  const places = new Map<string, Extent>();
  const reader = extract();
  reader.on('entry', ({ name, type, size = 0, ...rest }, content, next) => {
    // not among the package's types
    const { byteOffset } = rest as unknown as { byteOffset: number };
    if (type === 'file') places.set(name.replace(/^\.\//, ''), { path, offset: byteOffset, size });
    content.on('end', next).resume();
  });
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), reader).catch((cause: Error) => {
    const problem = `it is no folder, and no tar file either (${cause.message})`;
    throw new InterlockError('bad_input', { what: path, problem }, { cause });
  });
  return places;
}
