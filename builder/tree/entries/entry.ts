import type { TarEntry } from '../tar/read-tar.ts';
import type { Timestamp } from '../tar/timestamp.ts';
import type { Body } from './body.ts';
import { openBodies } from './open-bodies.ts';

/** One name of a root tree; paths and link targets are binary strings as in `TarEntry`. */
export interface Entry extends Omit<TarEntry, 'body' | 'type' | 'size' | 'mtime'> {
  type: Exclude<TarEntry['type'], 'link'>;
  /** Its own time, where a source gave it one; everything else has the release's. */
  mtime?: Timestamp;
  body: Body;
}

/** A whole root tree by path; the root itself is the empty path. */
export type Tree = Map<string, Entry>;

/** Brings a content into memory whole; for small files. */
export async function readBody(body: Body): Promise<Buffer> {
  const { source } = body;
  if (source instanceof Uint8Array) return Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const bodies = openBodies();
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of bodies.read(body)) chunks.push(chunk);
    return Buffer.concat(chunks);
  } finally {
    await bodies.close();
  }
}

/** A body of bytes in memory. */
export function bodyOf(content: string | Uint8Array): Body {
  const source = typeof content === 'string' ? Buffer.from(content) : content;
  return { size: source.length, source };
}

/** Bytes of a tree's contents; what has several names counts once. */
export function sizeOf(tree: Tree): number {
  const bodies = new Set([...tree.values()].map(({ body }) => body));
  return [...bodies].reduce((sum, { size }) => sum + size, 0);
}
