import { encodePayloadHeader } from '../../../protocol/formats/payload/encode-payload.ts';
import { decodePayloadHeader, type PlannedOperation } from '../../../protocol/formats/payload/payload.ts';
import type { FuzzTarget } from '../target.ts';

const named = { blobLength: 9, blobDigest: 'ef'.repeat(16), firstBlock: 7, sha256: 'cd'.repeat(32) };
const bare = { blobLength: 0, blobDigest: null, firstBlock: 0, sha256: 'cd'.repeat(32) };
const operations: PlannedOperation[] = [
  { ...named, kind: 'data', part: 'root', length: 10, stretch: null },
  { ...named, kind: 'data', part: 'root', length: 20, stretch: { space: 'target-root', from: 2, length: 8 } },
  { ...bare, kind: 'zero', part: 'root', length: 4096, stretch: null },
  {
    ...bare,
    kind: 'copy',
    part: 'root',
    length: 9,
    stretch: { space: 'source-root', from: 2 ** 40, length: 9 },
  },
  { ...named, kind: 'patch', part: 'boot', length: 5, firstBlock: 0, stretch: null },
];
const header = {
  sizes: { root: 10 + 20 + 4096 + 9, boot: 5 },
  rootHash: 'ab'.repeat(32),
  sourceRootHash: '12'.repeat(32),
  operations,
};

export const target: FuzzTarget = {
  corpus: () => [encodePayloadHeader(header), encodePayloadHeader(header, 3)],
  repair(input) {
    if (input.length >= 12) input.writeUInt32LE(input.length, 8);
    return input;
  },
  run: (input) => decodePayloadHeader(input),
};
