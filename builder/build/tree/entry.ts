import { open } from 'node:fs/promises';
import type { TarEntry } from '../../pack/tar/read-tar.ts';
import type { Timestamp } from '../../pack/tar/timestamp.ts';

/** Content of a file: bytes at hand, or a range of a file on the disk. Hard links share one body object. */
export interface Body {
  size: number;
  source: Uint8Array | { file: string; offset: number };
}

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
export async function readBody({ size, source }: Body): Promise<Buffer> {
  if (source instanceof Uint8Array) return Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const handle = await open(source.file, 'r');
  try {
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await handle.read(bytes, 0, size, source.offset);
    if (bytesRead !== size) throw new Error(`${source.file} ends early`);
    return bytes;
  } finally {
    await handle.close();
  }
}

/** A body of bytes at hand. */
export function bodyOf(content: string | Uint8Array): Body {
  const source = typeof content === 'string' ? Buffer.from(content) : content;
  return { size: source.length, source };
}
