import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { withFile } from '../../../system/files/durable.ts';
import { readTar, type TarEntry } from '../tar/read-tar.ts';
import type { Entry, Tree } from './entry.ts';

const bufferLength = 4 * 1024 * 1024;

/** `below` holds what hard links may point at in addition to the tar's own names; `keepTimes` gives entries their own. */
export interface ReadOptions {
  below?: Tree;
  keepTimes?: boolean;
}

/** Reads a tar into a tree whose contents lie at the end of the spool file, so that they can be written in any order. */
export async function readTree(tar: Readable, spool: string, options: ReadOptions = {}): Promise<Tree> {
  return withFile(spool, 'a', async (handle) => {
    const tree: Tree = new Map();
    const links: TarEntry[] = [];
    const append = appender(handle, (await handle.stat()).size);
    for await (const entry of readTar(tar)) {
      if (entry.type === 'link' && !tree.has(entry.linkname)) {
        tree.delete(entry.path);
        links.push(entry);
      }
      const start = append.offset();
      for await (const chunk of entry.body) await append.write(chunk);
      if (entry.type === 'link') linkTo(tree.get(entry.linkname), entry, tree);
      else tree.set(entry.path, toEntry(entry, entry.type, { file: spool, offset: start }, options));
    }
    await append.flush();
    for (const link of links) resolve(link, tree, options.below);
    return tree;
  });
}

function toEntry(
  { path, size, body: _, type: __, mtime, ...rest }: TarEntry,
  type: Entry['type'],
  source: { file: string; offset: number },
  { keepTimes = false }: ReadOptions,
): Entry {
  return { ...rest, path, type, ...(keepTimes && { mtime }), body: { size, source } };
}

function linkTo(target: Entry | undefined, { path }: TarEntry, tree: Tree): void {
  if (target) tree.set(path, { ...target, path });
}

/** A link whose target came later, or lies in a layer below. */
function resolve(link: TarEntry, tree: Tree, below: Tree = new Map()): void {
  const { path, linkname } = link;
  const target = tree.get(linkname) ?? below.get(linkname);
  if (tree.has(path)) return;
  if (target) {
    linkTo(target, link, tree);
    return;
  }
  const problem = `a hard link to ${linkname}, which is not there`;
  throw new InterlockError('bad_input', { what: path, problem });
}

/** Collects small writes into large ones. */
function appender(handle: FileHandle, end: number) {
  const buffer = Buffer.allocUnsafe(bufferLength);
  let filled = 0;
  let written = end;
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
