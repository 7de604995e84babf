import { hash } from 'node:crypto';
import { InterlockError } from '../../errors/interlock-error.ts';
import { verityBlock, veritySize } from './verity.ts';

const digestLength = 32;
const perBlock = verityBlock / digestLength;

/** Hash blocks that lie side by side in the hash area, and where. */
export interface HashBlocks {
  position: number;
  bytes: Buffer;
}

/** Makes the hash tree of an image of known size while its blocks pass by; holds one block of each level. */
export interface VerityLevels {
  /** Feeds whole data blocks; gives the hash blocks that are complete. */
  update(blocks: Buffer): HashBlocks[];
  /** After the last block: what is left of the tree, and the root hash (hex). */
  finish(): { blocks: HashBlocks[]; rootHash: string };
}

interface Level {
  position: number;
  block: Buffer;
  filled: number;
}

/** The same tree as `startVerity` makes (superblock apart), for images whose tree is too large to be held. */
export function streamVerity(salt: string, imageSize: number): VerityLevels {
  const saltBytes = Buffer.from(salt, 'hex');
  const salted = Buffer.concat([saltBytes, Buffer.alloc(verityBlock)]);
  const levels = layOut(imageSize);
  let rootHash = '';
  let fed = 0;
  let ready: HashBlocks[] = [];

  /** Copied by place, for a view of each block would cost more than the copy. */
  const digest = (bytes: Buffer, offset: number) => {
    bytes.copy(salted, saltBytes.length, offset, offset + verityBlock);
    // as latin1 text: a string is cheaper to hand over than a Buffer, by a third of the whole
    return hash('sha256', salted, 'binary');
  };
  const add = (index: number, entry: string) => {
    const level = levels[index];
    if (!level) {
      rootHash = Buffer.from(entry, 'latin1').toString('hex');
      return;
    }
    level.block.write(entry, level.filled, 'latin1');
    level.filled += digestLength;
    if (level.filled === verityBlock) flush(index, level);
  };
  const flush = (index: number, level: Level) => {
    put(level.position, level.block);
    level.position += verityBlock;
    const entry = digest(level.block, 0);
    level.block.fill(0);
    level.filled = 0;
    add(index + 1, entry);
  };
  const put = (position: number, block: Buffer) => {
    const last = ready.at(-1);
    if (last && last.position + last.bytes.length === position)
      last.bytes = Buffer.concat([last.bytes, block]);
    else ready.push({ position, bytes: Buffer.from(block) });
  };
  const take = () => {
    const taken = ready;
    ready = [];
    return taken;
  };
  return {
    update(blocks) {
      fed += blocks.length;
      if (blocks.length % verityBlock !== 0 || fed > imageSize) throw invalid(`${fed} bytes of ${imageSize}`);
      for (let offset = 0; offset < blocks.length; offset += verityBlock) add(0, digest(blocks, offset));
      return take();
    },
    finish() {
      if (fed !== imageSize) throw invalid(`${fed} bytes of ${imageSize}`);
      for (const [index, level] of levels.entries()) if (level.filled > 0) flush(index, level);
      return { blocks: take(), rootHash };
    },
  };
}

/** Where each level begins, bottom first: behind the superblock lies the top level, the lowest comes last. */
function layOut(imageSize: number): Level[] {
  const levels: Level[] = [];
  let end = veritySize(imageSize);
  for (let blocks = imageSize / verityBlock; blocks > 1; ) {
    blocks = Math.ceil(blocks / perBlock);
    end -= blocks * verityBlock;
    levels.push({ position: end, block: Buffer.alloc(verityBlock), filled: 0 });
  }
  return levels;
}

function invalid(problem: string): InterlockError {
  return new InterlockError('bad_input', { what: 'verity', problem });
}
