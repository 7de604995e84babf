import { Readable } from 'node:stream';
import type { Body } from './body.ts';
import type { Tree } from './entry.ts';
import { openBodies } from './open-bodies.ts';
import { blockLength, padding, tarHeader } from './tar-header.ts';
import { walk } from './walk.ts';

/** Writes a tree as a tar in walk order, every mtime being `mtime` (seconds since 1970). The same tree, the same bytes. */
export function writeTree(tree: Tree, mtime: number): Readable {
  return Readable.from(encodeTree(tree, mtime), { objectMode: false });
}

async function* encodeTree(tree: Tree, mtime: number): AsyncGenerator<Uint8Array> {
  const bodies = openBodies();
  const firstNames = new Map<Body, string>();
  try {
    for (const entry of walk(tree)) {
      const first = entry.type === 'file' ? firstNames.get(entry.body) : undefined;
      yield tarHeader(entry, mtime, first);
      if (entry.type !== 'file' || first !== undefined) continue;
      firstNames.set(entry.body, entry.path);
      yield* bodies.read(entry.body);
      yield Buffer.alloc(padding(entry.body.size));
    }
    yield Buffer.alloc(2 * blockLength);
  } finally {
    await bodies.close();
  }
}
