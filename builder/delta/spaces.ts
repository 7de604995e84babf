import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Space } from '../../protocol/formats/payload/payload.ts';
import type { PartHandles } from '../payload/part-files.ts';

/** Fills a buffer from a position on; throws when the file ends before. */
type ReadAt = (position: number, into: Buffer) => void;

/** What steps of a patch take their bytes from. */
export type Spaces = Record<Space, ReadAt>;

const blockLength = 1024 * 1024;
/** Blocks held of each space: of a changed program most of what its stretches lie in. */
const held = 16;

/** Reads from the old release and from the new one, whose root comes before its boot file. */
export function openSpaces(source: PartHandles, target: PartHandles): Spaces {
  return {
    'source-root': readBlocks(source.root),
    'source-boot': readBlocks(source.boot),
    'target-root': readBlocks(target.root),
    'target-boot': readBlocks(target.boot),
  };
}

/** A patch takes up to a hundred thousand short stretches from a few places: a mebibyte is read at once, and kept. */
function readBlocks(file: FileHandle): ReadAt {
  const blocks = new Map<number, Buffer>();
  const blockAt = (index: number): Buffer => {
    const found = blocks.get(index);
    if (found) return found;
    if (blocks.size === held) blocks.delete(blocks.keys().next().value!);
    const bytes = Buffer.allocUnsafeSlow(blockLength);
    const count = readSync(file.fd, bytes, 0, blockLength, index * blockLength);
    blocks.set(index, bytes.subarray(0, count));
    return blocks.get(index)!;
  };
  return (position, into) => {
    for (let done = 0; done < into.length; ) {
      const inside = (position + done) % blockLength;
      const block = blockAt((position + done - inside) / blockLength);
      const count = block.copy(into, done, inside);
      if (count === 0) throw new Error(`a part ends at ${position + done}`);
      done += count;
    }
  };
}
