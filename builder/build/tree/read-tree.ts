import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { InterlockError } from '../../../protocol/errors.ts';
import { withFile } from '../../../system/durable.ts';
import { readTar, type TarEntry } from '../../pack/tar/read-tar.ts';
import type { Entry, Tree } from './entry.ts';

const bufferLength = 4 * 1024 * 1024;

/** Reads a tar into a tree whose contents lie in the spool file, so that they can be written in any order. */
export async function readTree(tar: Readable, spool: string): Promise<Tree> {
  return withFile(spool, 'w', async (handle) => {
    const tree: Tree = new Map();
    const append = appender(handle);
    for await (const entry of readTar(tar)) {
      const start = append.offset();
      for await (const chunk of entry.body) await append.write(chunk);
      tree.set(entry.path, toEntry(entry, tree, { file: spool, offset: start }));
    }
    await append.flush();
    return tree;
  });
}

function toEntry(entry: TarEntry, tree: Tree, source: { file: string; offset: number }): Entry {
  const { path, type, size, body: _, ...rest } = entry;
  if (type === 'link') {
    const target = tree.get(entry.linkname);
    if (target) return { ...target, path };
    const problem = `a hard link to ${entry.linkname}, which is not there`;
    throw new InterlockError('bad_input', { what: path, problem });
  }
  return { ...rest, path, type, body: { size, source } };
}

/** Collects small writes into large ones. */
function appender(handle: FileHandle) {
  const buffer = Buffer.allocUnsafe(bufferLength);
  let filled = 0;
  let written = 0;
  const flush = async () => {
    await handle.writeFile(buffer.subarray(0, filled));
    written += filled;
    filled = 0;
  };
  return {
    offset: () => written + filled,
    flush,
    async write(chunk: Buffer) {
      for (let at = 0; at < chunk.length; ) {
        const copied = chunk.copy(buffer, filled, at);
        at += copied;
        filled += copied;
        if (filled === buffer.length) await flush();
      }
    },
  };
}
