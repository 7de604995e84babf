import { zstdCompressSync } from 'node:zlib';
import type { OpenExtent } from '../../../agent/slots/extent.ts';
import { yieldOperation } from '../../../agent/write/yield-operation.ts';
import { encodePatch } from '../../../builder/delta/encode-patch.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { decodePatch } from '../../../protocol/formats/payload/patch.ts';
import { openWriter } from '../../../protocol/formats/payload/varint.ts';
import type { Random } from '../random.ts';
import type { FuzzTarget } from '../target.ts';

const length = 200_000;
const bytes = Buffer.alloc(length, 'old and new bytes, ');
const source = {
  size: 2 ** 30,
  read: async (position: number, wanted: number, room = Buffer.alloc(wanted)) => {
    if (position + wanted > 2 ** 30)
      throw new InterlockError('disk_invalid', { disk: 'source', problem: 'short' });
    return room.subarray(0, wanted).fill(position & 255);
  },
} as OpenExtent;
const parts = { root: source, boot: source };
const spaces = { source: parts, target: parts, scratch: Buffer.alloc(length) };
const operation = {
  kind: 'patch',
  part: 'root',
  offset: 0,
  length,
  blobOffset: 0,
  blobLength: 0,
  blobDigest: null,
  stretch: null,
  firstBlock: 0,
  sha256: '0'.repeat(64),
  index: 0,
} as const;

/** A patch of steps that are as many, as short and as far apart as chance has it. */
function stepsOf(random: Random): Buffer {
  const steps = openWriter();
  const [each, apart] = [random.pick([1, 2, 7, 100, 5000]), random.pick([0, 1, 4096, 70_000, 2 ** 30])];
  for (let left = length; left > 0; ) {
    const count = Math.min(left, 1 + random.below(each));
    steps.number(count * 8 + random.pick([0, 1, 1, 2, 3, 4]));
    steps.signed(random.below(apart + 1) - random.below(2) * apart);
    left -= count;
  }
  return joined([steps.bytes(), Buffer.alloc(0), Buffer.alloc(0), Buffer.alloc(random.below(length))], 1);
}

/** The streams of a patch behind each other, packed by zstd or not at all. */
function joined(streams: readonly Buffer[], codec: 0 | 1): Buffer {
  const packed = streams.map((stream) => (codec === 1 ? zstdCompressSync(stream) : stream));
  const out = openWriter();
  for (const [index, stream] of streams.entries()) {
    for (const value of [codec, stream.length, packed[index]!.length]) out.number(value);
  }
  for (const piece of packed) out.raw(piece);
  return Buffer.from(out.bytes());
}

/** Changes a stream as it is unpacked: what is changed packed is mostly no stream at all. */
function withinStream(input: Buffer, random: Random): Buffer {
  try {
    const streams = decodePatch(input, length).unpacked.map((stream) => Buffer.from(stream));
    const stream = random.pick(streams);
    if (stream.length > 0)
      stream[random.below(stream.length)] = random.pick([0, 1, 0x80, 0xff, random.below(256)]);
    return joined(streams, random.pick([0, 1]));
  } catch {
    return input;
  }
}

export const target: FuzzTarget = {
  async corpus() {
    const old = Buffer.from(bytes);
    for (let at = 5; at < length; at += 997) old[at]! ^= 0x55;
    const steps = [
      { space: 'source-root', from: 4096, length: 100_000 },
      { space: null, from: 0, length: 50_000 },
      { space: 'target-boot', from: 7, length: 50_000 },
    ] as const;
    return [await encodePatch(steps, bytes, old, 3), await encodePatch(steps, bytes, bytes, 1)];
  },
  mutate: (input, random) => (random.below(4) === 0 ? stepsOf(random) : withinStream(input, random)),
  run: (input) => yieldOperation(operation, input, spaces),
};
