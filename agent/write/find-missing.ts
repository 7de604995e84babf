import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import {
  firstBlockLength,
  maxOperationLength,
  type Operation,
} from '../../protocol/formats/payload/payload.ts';
import { giveBack } from './give-back.ts';
import type { Parts } from './target-parts.ts';

/** An operation and its place in the payload's list. */
export type Numbered = Operation & {
  index: number;
  /** What to do when a copy of this host's own making turns out wrong. */
  instead?: Numbered;
};

/** Operations are written in order: where so many bytes in a row are missing, nothing was written behind them. */
const farEnough = 64 * 1024 * 1024;

/**
 * The operations whose bytes do not lie in the slot yet; so a cut write resumes without a journal. A first block that
 * differs, or was never written, settles it: a slot that holds something else is not hashed for nothing.
 */
export async function findMissing(
  operations: readonly Numbered[],
  parts: Parts,
  signal: AbortSignal,
): Promise<Numbered[]> {
  const missing: Numbered[] = [];
  const scratch = Buffer.allocUnsafeSlow(maxOperationLength);
  let inRow = 0;
  for (const operation of operations) {
    signal.throwIfAborted();
    const isThere = inRow < farEnough && (await holds(parts, operation, scratch));
    if (!isThere) missing.push(operation);
    inRow = isThere ? 0 : inRow + operation.length;
  }
  giveBack(scratch);
  return missing;
}

async function holds(parts: Parts, operation: Numbered, scratch: Buffer): Promise<boolean> {
  const { kind, part, offset, length, firstBlock, sha256 } = operation;
  const first = await parts[part].read(offset, Math.min(length, firstBlockLength), scratch);
  const fits = kind === 'data' ? crc32(first) === firstBlock : kind === 'zero' || !isZero(first);
  return fits && hash('sha256', await parts[part].read(offset, length, scratch)) === sha256;
}

function isZero(bytes: Buffer): boolean {
  return bytes[0] === 0 && bytes.subarray(1).equals(bytes.subarray(0, -1));
}
