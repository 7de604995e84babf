import { hash } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { OpenExtent } from '../../agent/slots/extent.ts';
import type { Numbered } from '../../agent/write/find-missing.ts';
import { yieldOperation } from '../../agent/write/yield-operation.ts';
import { isTooScattered, maxPlaces } from '../../protocol/formats/payload/patch-steps.ts';
import { openWriter } from '../../protocol/formats/payload/varint.ts';

const mebibyte = 1024 * 1024;
const length = 2 * mebibyte;

/** Old bytes without end, all zeros, and what was read of them. */
function openCounted(size = 2 ** 40) {
  const counted = { reads: 0, bytes: 0 };
  const extent = {
    size,
    async read(_position: number, wanted: number, scratch = Buffer.alloc(wanted)) {
      counted.reads++;
      counted.bytes += wanted;
      return scratch.subarray(0, wanted).fill(0);
    },
  } as OpenExtent;
  const parts = { root: extent, boot: extent };
  return { counted, spaces: { source: parts, target: parts, scratch: Buffer.alloc(4 * mebibyte) } };
}

function operation(blob: Buffer, fields: Partial<Numbered>): Numbered {
  return {
    kind: 'patch',
    part: 'root',
    offset: 0,
    length,
    blobOffset: 0,
    blobLength: blob.length,
    blobDigest: null,
    stretch: null,
    firstBlock: 0,
    sha256: '0'.repeat(64),
    index: 0,
    ...fields,
  };
}

/** A patch of nothing but steps, packed. */
function patchOf(
  steps: Iterable<[from: number, length: number]>,
  pack: (stream: Buffer) => Buffer = zstdCompressSync,
): Buffer {
  const control = openWriter();
  let end = 0;
  for (const [from, count] of steps) {
    control.number(count * 8 + 1);
    control.signed(from - end);
    end = from + count;
  }
  const stream = control.bytes();
  const packed = pack(stream);
  const out = openWriter();
  for (const number of [1, stream.length, packed.length, 0, 0, 0, 0, 0, 0, 0, 0, 0]) out.number(number);
  out.raw(packed);
  return Buffer.from(out.bytes());
}

/** One raw block, in a frame that asks for a window of that size (RFC 8878, 3.1.1). */
function frameOf(bytes: Buffer, windowLog: number): Buffer {
  const block = Buffer.alloc(3);
  block.writeUIntLE((bytes.length << 3) | 1, 0, 3);
  return Buffer.concat([
    Buffer.from('28b52ffd00', 'hex'),
    Buffer.from([(windowLog - 10) << 3]),
    block,
    bytes,
  ]);
}

function* singleBytes(count: number, place: (index: number) => number): Generator<[number, number]> {
  for (let index = 0; index < count; index++) yield [place(index), 1];
  yield [0, length - count];
}

test('what the header does not name is refused before it is decoded, be it right in the end', async () => {
  const bytes = Buffer.alloc(length, 'interlock');
  const [named, other] = [1, 19].map((level) =>
    zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } }),
  ) as [Buffer, Buffer];
  const { spaces } = openCounted();
  const blobDigest = hash('sha256', named).slice(0, 32);
  const fields = { kind: 'data', sha256: hash('sha256', bytes), blobDigest } as const;
  expect((await yieldOperation(operation(named, fields), named, spaces)).equals(bytes)).toBe(true);
  await expect(yieldOperation(operation(other, fields), other, spaces)).rejects.toMatchObject({
    code: 'payload_mismatch',
    details: { expected: blobDigest },
  });
});

test('an exchanged patch reads nothing of the running slot', async () => {
  const { counted, spaces } = openCounted();
  const bomb = patchOf(singleBytes(100_000, (index) => (index % 64) * 3 * mebibyte));
  const patch = operation(bomb, { blobDigest: 'ab'.repeat(16) });
  await expect(yieldOperation(patch, bomb, spaces)).rejects.toMatchObject({ code: 'payload_mismatch' });
  expect(counted.reads).toBe(0);
});

test('steps of single bytes read each place once, in whatever order they come', async () => {
  const { counted, spaces } = openCounted();
  const bomb = patchOf(singleBytes(250_000, (index) => ((index * 37) % 64) * 3 * mebibyte + 5));
  expect(bomb.length).toBeLessThan(8192);
  await expect(yieldOperation(operation(bomb, {}), bomb, spaces)).rejects.toMatchObject({
    code: 'payload_mismatch',
  });
  expect(counted.reads).toBe(65);
});

test('steps all over a large image are refused after a bounded number of reads', async () => {
  const { counted, spaces } = openCounted();
  const bomb = patchOf(singleBytes(200_000, (index) => index * mebibyte));
  await expect(yieldOperation(operation(bomb, {}), bomb, spaces)).rejects.toMatchObject({
    code: 'payload_invalid',
  });
  expect(counted.reads).toBeLessThanOrEqual(maxPlaces(length) + 1);
  expect(counted.bytes).toBeLessThan(length * 2);
});

test('a step for each byte is refused, and so is one behind the end of the source', async () => {
  const { counted, spaces } = openCounted();
  const bomb = patchOf(singleBytes(length - 1, () => 0));
  await expect(yieldOperation(operation(bomb, {}), bomb, spaces)).rejects.toThrow('too many steps');
  expect(counted.reads).toBe(0);
  const short = openCounted(mebibyte);
  const behind = patchOf(singleBytes(10, () => mebibyte));
  await expect(yieldOperation(operation(behind, {}), behind, short.spaces)).rejects.toThrow('too short');
});

test('a frame that asks for a window of 128 MiB is refused, alone and in a patch', async () => {
  const { spaces } = openCounted();
  const bytes = Buffer.alloc(1000, 7);
  const fields = { kind: 'data', length: bytes.length, sha256: hash('sha256', bytes) } as const;
  const whole = { length, sha256: hash('sha256', Buffer.alloc(length)) };
  for (const [window, isTaken] of [
    [24, true],
    [27, false],
  ] as const) {
    const frame = frameOf(bytes, window);
    const alone = yieldOperation(operation(frame, fields), frame, spaces).then(() => true);
    expect(await alone.catch(({ code }) => code)).toBe(isTaken || 'payload_mismatch');
    const patch = patchOf([[0, length]], (stream) => frameOf(stream, window));
    const within = yieldOperation(operation(patch, whole), patch, spaces).then(() => true);
    expect(await within.catch(({ code }) => code)).toBe(isTaken || 'payload_invalid');
  }
});

test('the builder makes no patch that a host would refuse', () => {
  const steps = [...singleBytes(200_000, (index) => index * mebibyte)].map(([from, count]) => ({
    space: 'source-root' as const,
    from,
    length: count,
  }));
  expect(isTooScattered(steps, length)).toBe(true);
  expect(isTooScattered(steps.slice(0, 4000), length)).toBe(false);
});
