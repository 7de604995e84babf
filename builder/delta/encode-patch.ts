import { promisify } from 'node:util';
import { brotliCompress, constants, type ZstdOptions, zstdCompress } from 'node:zlib';
import { type Codec, codecs } from '../../protocol/formats/payload/patch.ts';
import type { PatchStep } from '../../protocol/formats/payload/patch-steps.ts';
import { spaces } from '../../protocol/formats/payload/payload.ts';
import { openWriter } from '../../protocol/formats/payload/varint.ts';
import { differences } from './differences.ts';

const zstd = promisify<Buffer, ZstdOptions, Buffer>(zstdCompress);
const brotli = promisify<Buffer, object, Buffer>(brotliCompress);

/** What zstd cannot shrink further than this brotli cannot either: packed files inside files. */
const hopeless = 0.98;
/** Brotli's best is a third smaller than zstd's best on these streams, and fifty times slower on long ones. */
const brotliLimit = 512 * 1024;
/** A patch with more for each byte it yields is between strangers: brotli would take half the time and save 2 %. */
const related = 0.1;
/** Shorter streams have no room for a head. */
const worthPacking = 16;

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
  const { gaps, values } = differences(bytes, old);
  const streams = [encodeSteps(steps), gaps, values, insertsOf(steps, bytes)];
  const quick = await inTurn(streams, (stream) => packQuickly(stream, level));
  const sum = quick.reduce((all, { blob }) => all + blob.length, 0);
  const packed = sum < bytes.length * related ? await inTurn(quick, packWell) : quick;
  const head = openWriter();
  for (const { codec, stream, blob } of packed) {
    head.number(codecs.indexOf(codec));
    head.number(stream.length);
    head.number(blob.length);
  }
  return Buffer.concat([head.bytes(), ...packed.map(({ blob }) => blob)]);
}

interface Packed {
  codec: Codec;
  stream: Buffer;
  blob: Buffer;
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

function insertsOf(steps: readonly PatchStep[], bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { space, length } of steps) {
    if (space === null) pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return Buffer.concat(pieces);
}

/** Each packer takes up to 60 MiB, and operations are made side by side already. */
async function inTurn<Item, Result>(items: Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

async function packQuickly(stream: Buffer, level: number): Promise<Packed> {
  const plain: Packed = { codec: 'none', stream, blob: stream };
  if (stream.length <= worthPacking) return plain;
  const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_contentSizeFlag]: 0 };
  const blob = await zstd(stream, { params, pledgedSrcSize: stream.length });
  return smaller(plain, { codec: 'zstd', stream, blob });
}

async function packWell(quick: Packed): Promise<Packed> {
  const { stream, blob } = quick;
  const { length } = stream;
  const isHopeless = blob.length > length * hopeless && length > 4096;
  if (length <= worthPacking || length > brotliLimit || isHopeless) return quick;
  return smaller(quick, {
    codec: 'brotli',
    stream,
    blob: await brotli(stream, { params: brotliParams(stream) }),
  });
}

function smaller(first: Packed, second: Packed): Packed {
  return second.blob.length < first.blob.length ? second : first;
}

function brotliParams(stream: Buffer): Record<number, number> {
  return {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: 22,
    [constants.BROTLI_PARAM_SIZE_HINT]: stream.length,
  };
}
