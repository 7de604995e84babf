import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { firstBlockLength, maxOperationLength } from '../../protocol/formats/payload/payload.ts';
import type { OpenExtent } from '../slots/extent.ts';
import type { Numbered } from './find-missing.ts';
import { giveBack } from './give-back.ts';
import type { Parts } from './target-parts.ts';

/** Places that are tried for one operation: many files begin alike. */
const triesEach = 8;
const readLength = 2 * 1024 * 1024;

/**
 * Turns what the running slot has anywhere at a block's start into copies, so that any version leads to any other
 * with no delta made: the first blocks of the missing operations are looked for in one pass over the running root
 * (`rootSize` bytes of it). What is found is checked by its hash here, and again when it is copied.
 */
export async function findLocal(
  missing: readonly Numbered[],
  source: Parts,
  rootSize: number,
  signal: AbortSignal,
): Promise<Numbered[]> {
  const wanted = new Map<number, Numbered[]>();
  for (const operation of missing) {
    if (operation.kind !== 'data' || operation.part !== 'root') continue;
    const { firstBlock } = operation;
    const alike = wanted.get(firstBlock);
    if (alike) alike.push(operation);
    else wanted.set(firstBlock, [operation]);
  }
  const found = new Map<number, Numbered>();
  const scratch = Buffer.allocUnsafeSlow(maxOperationLength);
  if (wanted.size > 0) await searchRoot(wanted, found, { root: source.root, rootSize, scratch }, signal);
  for (const operation of missing) {
    if (operation.kind !== 'data' || operation.part !== 'boot') continue;
    if (await holds(source.boot, operation.offset, operation, scratch))
      found.set(operation.index, toCopy(operation, 'source-boot', operation.offset));
  }
  giveBack(scratch);
  return missing.map((operation) => found.get(operation.index) ?? operation);
}

async function searchRoot(
  wanted: Map<number, Numbered[]>,
  found: Map<number, Numbered>,
  { root, rootSize, scratch }: { root: OpenExtent; rootSize: number; scratch: Buffer },
  signal: AbortSignal,
): Promise<void> {
  const tries = new Map<number, number>();
  const piece = Buffer.allocUnsafeSlow(readLength);
  // made once: a view of each block of each piece would cost as much as the sums
  const blocks = Array.from({ length: readLength / firstBlockLength }, (_, index) =>
    piece.subarray(index * firstBlockLength, (index + 1) * firstBlockLength),
  );
  for (let offset = 0; offset < rootSize; offset += readLength) {
    signal.throwIfAborted();
    const bytes = await root.read(offset, Math.min(readLength, rootSize - offset), piece);
    for (let index = 0; index < bytes.length / firstBlockLength; index++) {
      const inside = index * firstBlockLength;
      for (const operation of wanted.get(crc32(blocks[index]!)) ?? []) {
        const tried = tries.get(operation.index) ?? 0;
        if (found.has(operation.index) || tried >= triesEach) continue;
        tries.set(operation.index, tried + 1);
        const { length, sha256 } = operation;
        const isThere =
          inside + length <= bytes.length
            ? hash('sha256', bytes.subarray(inside, inside + length)) === sha256
            : await holds(root, offset + inside, operation, scratch);
        if (isThere) found.set(operation.index, toCopy(operation, 'source-root', offset + inside));
      }
    }
  }
  giveBack(piece);
}

async function holds(
  extent: OpenExtent,
  position: number,
  { length, sha256 }: Numbered,
  scratch: Buffer,
): Promise<boolean> {
  if (position + length > extent.size) return false;
  return hash('sha256', await extent.read(position, length, scratch)) === sha256;
}

function toCopy(operation: Numbered, space: 'source-root' | 'source-boot', from: number): Numbered {
  const { length } = operation;
  return {
    ...operation,
    kind: 'copy',
    blobLength: 0,
    blobDigest: null,
    stretch: { space, from, length },
    instead: operation,
  };
}
