import type { FileHandle } from 'node:fs/promises';
import { writeFully } from '../../root/erofs/block-writer.ts';

/** What takes the end of a pipeline: writes all of it into a file that stays open. */
export function pourInto(out: FileHandle): (chunks: AsyncIterable<Buffer>) => Promise<void> {
  return async (chunks) => {
    let at = 0;
    for await (const chunk of chunks) {
      await writeFully(out, chunk, at);
      at += chunk.length;
    }
  };
}
