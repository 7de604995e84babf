import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { firstBlockLength, maxOperationLength, type Operation } from '../../protocol/payload.ts';
import type { Parts } from './target-parts.ts';

/** An operation and its place in the payload's list. */
export type Numbered = Operation & {
  index: number;
  /** What to do when a copy of this host's own making turns out wrong. */
  instead?: Numbered;
};

/**
 * The operations whose bytes do not lie in the slot yet; so a cut write resumes without a journal. A first block that
 * differs settles it: a slot that holds something else is not hashed for nothing.
 */
export async function findMissing(
  operations: readonly Operation[],
  parts: Parts,
  signal: AbortSignal,
): Promise<Numbered[]> {
  const missing: Numbered[] = [];
  const scratch = Buffer.allocUnsafeSlow(maxOperationLength);
  for (const [index, operation] of operations.entries()) {
    signal.throwIfAborted();
    const { kind, part, offset, length, firstBlock, sha256 } = operation;
    const read = (size: number) => parts[part].read(offset, size, scratch);
    const isThere =
      (kind !== 'data' || crc32(await read(Math.min(length, firstBlockLength))) === firstBlock) &&
      hash('sha256', await read(length)) === sha256;
    if (!isThere) missing.push({ ...operation, index });
  }
  return missing;
}
