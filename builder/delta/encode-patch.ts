import { promisify } from 'node:util';
import { brotliCompress, constants, type ZstdOptions, zstdCompress } from 'node:zlib';
import { type Codec, codecs, type PatchStep } from '../../protocol/patch.ts';
import { spaces } from '../../protocol/payload.ts';
import { openWriter } from '../../protocol/varint.ts';

const zstd = promisify<Buffer, ZstdOptions, Buffer>(zstdCompress);
const brotli = promisify<Buffer, object, Buffer>(brotliCompress);

/** What zstd cannot shrink further than this brotli cannot either: packed files inside files. */
const hopeless = 0.98;
/** Brotli's best is a third smaller than zstd's best on these streams, and fifty times slower on long ones. */
const brotliLimit = 512 * 1024;

/**
 * Makes the blob of a `patch` operation: `bytes` are what it must yield, `old` what its steps give before the
 * differences, inserted bytes included.
 */
export async function encodePatch(
  steps: readonly PatchStep[],
  bytes: Buffer,
  old: Buffer,
  level: number,
): Promise<Buffer> {
  const streams = [encodeSteps(steps), ...differences(bytes, old), insertsOf(steps, bytes)];
  const head = openWriter();
  const packed: Buffer[] = [];
  for (const stream of streams) {
    const [codec, blob] = await smallest(stream, level);
    head.number(codecs.indexOf(codec));
    head.number(stream.length);
    head.number(blob.length);
    packed.push(blob);
  }
  return Buffer.concat([head.bytes(), ...packed]);
}

function encodeSteps(steps: readonly PatchStep[]): Buffer {
  const out = openWriter();
  const ends = spaces.map(() => 0);
  for (const { space, from, length } of steps) {
    const code = space === null ? 0 : 1 + spaces.indexOf(space);
    out.number(length * 8 + code);
    if (code === 0) continue;
    out.signed(from - ends[code - 1]!);
    ends[code - 1] = from + length;
  }
  return out.bytes();
}

function differences(bytes: Buffer, old: Buffer): [Buffer, Buffer] {
  const gaps = openWriter();
  const values = openWriter();
  const value = Buffer.alloc(1);
  let last = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === old[at]) continue;
    gaps.number(at - last);
    value[0] = bytes[at]! - old[at]!;
    values.raw(value);
    last = at + 1;
  }
  return [gaps.bytes(), values.bytes()];
}

function insertsOf(steps: readonly PatchStep[], bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { space, length } of steps) {
    if (space === null) pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return Buffer.concat(pieces);
}

async function smallest(stream: Buffer, level: number): Promise<[Codec, Buffer]> {
  const found: [Codec, Buffer][] = [['none', stream]];
  if (stream.length > 16) {
    const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_contentSizeFlag]: 0 };
    const packed = await zstd(stream, { params, pledgedSrcSize: stream.length });
    found.push(['zstd', packed]);
    if (packed.length > stream.length * hopeless && stream.length > 4096) return smaller(found);
    if (stream.length <= brotliLimit)
      found.push(['brotli', await brotli(stream, { params: brotliParams(stream) })]);
  }
  return smaller(found);
}

function smaller(found: [Codec, Buffer][]): [Codec, Buffer] {
  return found.reduce((best, next) => (next[1].length < best[1].length ? next : best));
}

function brotliParams(stream: Buffer): Record<number, number> {
  return {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: 22,
    [constants.BROTLI_PARAM_SIZE_HINT]: stream.length,
  };
}
