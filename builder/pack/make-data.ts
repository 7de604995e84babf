import { createHash, hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { firstBlockLength, type Stretch } from '../../protocol/payload.ts';
import { isPlainDictionary, makeFrame } from './make-frame.ts';
import { type PartHandles, readPart } from './part-files.ts';
import type { Extent } from './plan-full.ts';
import type { Made } from './write-payload.ts';

/** Gives the frame named by `sha256` (hex) of what went into it: made now, or kept from an earlier build. */
export type FrameSource = (
  sha256: string,
  level: number,
  make: () => Promise<Uint8Array>,
) => Promise<Uint8Array>;

/** Bytes in front of an operation that its frame may refer to; together they pack nearly as well as a whole image. */
const contextLength = 2 * 1024 * 1024;
/** Below this level builds are for trying out, and frames stand alone: they are made faster, and kept for other builds. */
export const contextLevel = 16;
/** More context than this for each byte packed would cost a host more than it saves. */
const contextShare = 4;

/** Makes the operation that needs no other image: `zero`, a copy out of the root, or a frame over what lies before it. */
export async function makeData(
  { part, offset, length, copy }: Extent,
  parts: PartHandles,
  level: number,
  frames: FrameSource = (_sha256, _level, make) => make(),
): Promise<Made> {
  const context = level < contextLevel ? 0 : Math.min(offset, contextLength, contextShare * length);
  const read = await readPart(parts[part], offset - context, context + length);
  const bytes = read.subarray(context);
  const base = { part, length, stretch: null, sha256: hash('sha256', bytes) };
  if (copy)
    return { operation: { ...base, kind: 'copy', stretch: copy, firstBlock: 0 }, blob: Buffer.alloc(0) };
  if (isZero(bytes)) return { operation: { ...base, kind: 'zero', firstBlock: 0 }, blob: Buffer.alloc(0) };
  const dictionary = read.subarray(0, context);
  const usable = isPlainDictionary(dictionary) ? dictionary : null;
  const stretch: Stretch | null = usable && {
    space: `target-${part}`,
    from: offset - context,
    length: context,
  };
  const firstBlock = crc32(bytes.subarray(0, firstBlockLength));
  const name = usable ? createHash('sha256').update(`${context}:`).update(read).digest('hex') : base.sha256;
  const blob = await frames(name, level, () => makeFrame(bytes, usable, level));
  return { operation: { ...base, kind: 'data', stretch, firstBlock }, blob: Buffer.from(blob) };
}

function isZero(bytes: Buffer): boolean {
  return bytes[0] === 0 && bytes.subarray(1).equals(bytes.subarray(0, -1));
}
