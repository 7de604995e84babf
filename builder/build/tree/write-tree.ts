import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Body, Tree } from './entry.ts';
import { blockLength, padding, tarHeader } from './tar-header.ts';
import { walk } from './walk.ts';

const chunkLength = 1024 * 1024;

/** Writes a tree as a tar in walk order, every mtime being `mtime` (seconds since 1970). The same tree, the same bytes. */
export function writeTree(tree: Tree, mtime: number): Readable {
  return Readable.from(encodeTree(tree, mtime), { objectMode: false });
}

async function* encodeTree(tree: Tree, mtime: number): AsyncGenerator<Uint8Array> {
  const files = new Map<string, FileHandle>();
  const firstNames = new Map<Body, string>();
  try {
    for (const entry of walk(tree)) {
      const first = entry.type === 'file' ? firstNames.get(entry.body) : undefined;
      yield tarHeader(entry, mtime, first);
      if (entry.type !== 'file' || first !== undefined) continue;
      firstNames.set(entry.body, entry.path);
      yield* contentOf(entry.body, files);
      yield Buffer.alloc(padding(entry.body.size));
    }
    yield Buffer.alloc(2 * blockLength);
  } finally {
    for (const file of files.values()) await file.close();
  }
}

async function* contentOf(
  { size, source }: Body,
  files: Map<string, FileHandle>,
): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) {
    yield source;
    return;
  }
  const file = files.get(source.file) ?? (await open(source.file, 'r'));
  files.set(source.file, file);
  for (let at = 0; at < size; at += chunkLength) {
    const bytes = Buffer.allocUnsafe(Math.min(chunkLength, size - at));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, source.offset + at);
    if (bytesRead !== bytes.length) throw new Error(`${source.file} ends early`);
    yield bytes;
  }
}
