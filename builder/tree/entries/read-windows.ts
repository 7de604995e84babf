import type { Body } from './body.ts';
import type { Tree } from './entry.ts';
import { openBodies } from './open-bodies.ts';

/** Part of a file's content; `isWhole` when it is all of it. */
export interface Window {
  path: string;
  bytes: Buffer;
  isWhole: boolean;
}

/** Reads every content of a tree once: whole where it is small, else in windows that begin `overlap` bytes early. */
export async function* readWindows(tree: Tree, overlap: number): AsyncGenerator<Window> {
  const bodies = new Map<Body, string>();
  for (const { path, type, body } of tree.values()) {
    if (type === 'file' && body.size > 0 && !bodies.has(body)) bodies.set(body, path);
  }
  const reader = openBodies();
  try {
    for (const [body, path] of bodies) {
      let before: Uint8Array = new Uint8Array();
      for await (const read of reader.read(body)) {
        const bytes = Buffer.concat([before, read]);
        yield { path, bytes, isWhole: bytes.length === body.size };
        before = bytes.subarray(-overlap);
      }
    }
  } finally {
    await reader.close();
  }
}
