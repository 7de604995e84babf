import { createHash, hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { firstBlockLength } from '../../protocol/formats/payload/payload.ts';
import { isPlainDictionary, makeFrame } from './make-frame.ts';
import { type PartHandles, partOf, readPart } from './part-files.ts';
import type { Extent } from './plan-full.ts';
import type { InContext } from './with-contexts.ts';
import type { Made } from './write-payload.ts';

/** Returns the frame for a content with this SHA-256 (hex): made now, or kept from an earlier build. */
export type FrameSource = (
  sha256: string,
  level: number,
  make: () => Promise<Uint8Array>,
) => Promise<Uint8Array>;

/** Makes the operation that needs no other image: `zero`, a copy out of the root, or a frame over what lies before it. */
export async function makeData(
  { part, offset, length, copy, context }: InContext<Extent>,
  parts: PartHandles,
  level: number,
  frames: FrameSource = (_sha256, _level, make) => make(),
): Promise<Made> {
  const bytes = await readPart(parts[part], offset, length);
  const base = { part, length, stretch: null, sha256: hash('sha256', bytes) };
  if (copy)
    return { operation: { ...base, kind: 'copy', stretch: copy, firstBlock: 0 }, blob: Buffer.alloc(0) };
  if (isZero(bytes)) return { operation: { ...base, kind: 'zero', firstBlock: 0 }, blob: Buffer.alloc(0) };
  const found = context && (await readPart(parts[partOf(context.space)], context.from, context.length));
  const dictionary = found && isPlainDictionary(found) ? found : null;
  const firstBlock = crc32(bytes.subarray(0, firstBlockLength));
  const name = dictionary ? nameOf(dictionary, bytes) : base.sha256;
  const blob = await frames(name, level, () => makeFrame(bytes, dictionary, level));
  const stretch = dictionary && context;
  return { operation: { ...base, kind: 'data', stretch, firstBlock }, blob: Buffer.from(blob) };
}

function nameOf(dictionary: Buffer, bytes: Buffer): string {
  return createHash('sha256').update(`${dictionary.length}:`).update(dictionary).update(bytes).digest('hex');
}

function isZero(bytes: Buffer): boolean {
  return bytes[0] === 0 && bytes.subarray(1).equals(bytes.subarray(0, -1));
}
