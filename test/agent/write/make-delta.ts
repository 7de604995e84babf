import { createHash, hash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePayloadHeader, encodePayloadHeader, type Operation } from '../../../protocol/payload.ts';
import { fullPayload, type PayloadRef, type Release } from '../../../protocol/release.ts';

const block = 4096;

/**
 * Adds a payload to `next` that copies what `old` has at any block, in pieces of one block; the rest is fetched.
 * Returns it with the number of operations that copy.
 */
export function makeDelta(dir: string, old: Release, next: Release): { payload: PayloadRef; copies: number } {
  const full = readFileSync(join(dir, 'next/payload.full'));
  const header = decodePayloadHeader(full.subarray(0, fullPayload(next).header.size));
  const source = readFileSync(join(dir, 'old/root.erofs'));
  const target = readFileSync(join(dir, 'next/root.erofs'));
  const places = new Map<string, number>();
  for (let at = 0; at < source.length; at += block) {
    places.set(hash('sha256', source.subarray(at, at + block)), at);
  }
  const operations: Operation[] = [];
  for (const operation of header.operations) {
    const pieces = operation.part === 'root' ? copiesOf(operation, target, places) : undefined;
    operations.push(...(pieces ?? [operation]));
  }
  const sourceRootHash = old.root.verity.rootHash;
  const bytes = encodePayloadHeader({ ...header, sourceRootHash, operations });
  const payload = Buffer.concat([bytes, full.subarray(header.headerLength)]);
  writeFileSync(join(dir, 'next/payload.from-1.0'), payload);
  return {
    payload: {
      file: 'payload.from-1.0',
      size: payload.length,
      sha256: createHash('sha256').update(payload).digest('hex'),
      header: { size: bytes.length, sha256: hash('sha256', bytes) },
      from: { version: old.version, rootHash: sourceRootHash },
    },
    copies: operations.filter((operation) => operation.kind === 'copy').length,
  };
}

/** The operation as copies of single blocks, when the source has every one of them. */
function copiesOf(
  { part, offset, length, kind }: Operation,
  target: Buffer,
  places: ReadonlyMap<string, number>,
): Operation[] | undefined {
  const pieces: Operation[] = [];
  for (let at = offset; at < offset + length; at += block) {
    const sha256 = hash('sha256', target.subarray(at, at + block));
    const from = places.get(sha256);
    if (kind !== 'data' || from === undefined) return undefined;
    pieces.push({ kind: 'copy', part, offset: at, length: block, from, blobLength: 0, sha256 });
  }
  return pieces;
}
