import { hash } from 'node:crypto';
import { isTooScattered, type PatchStep } from '../../protocol/formats/payload/patch-steps.ts';
import { makeData } from '../payload/make-data.ts';
import { type PartHandles, readPart } from '../payload/part-files.ts';
import type { InContext } from '../payload/with-contexts.ts';
import type { Made } from '../payload/write-payload.ts';
import { encodePatch } from './encode-patch.ts';
import type { Draft } from './plan.ts';
import type { Spaces } from './spaces.ts';

/** A patch that saves less than this share is held against packing the bytes as they are. */
const doubtful = 0.2;

/** What an operation is made from and for. */
export interface Images {
  spaces: Spaces;
  target: PartHandles;
}

/** Makes an operation out of its draft: a copy, or whichever is smaller of a patch and the packed bytes themselves. */
export async function makeOperation(
  draft: InContext<Draft>,
  { spaces, target }: Images,
  level: number,
): Promise<Made> {
  const { kind, part, offset, length, steps } = draft;
  if (kind === 'data' || isTooScattered(steps, length)) return makeData(draft, target, level);
  const bytes = await readPart(target[part], offset, length);
  const old = readSteps(steps, bytes, spaces);
  const base = { part, length, firstBlock: 0, sha256: hash('sha256', bytes) };
  const [first] = steps;
  if (steps.length === 1 && first && first.space !== null && old.equals(bytes)) {
    const stretch = { space: first.space, from: first.from, length };
    return { operation: { ...base, kind: 'copy', stretch }, blob: Buffer.alloc(0) };
  }
  const blob = await encodePatch(steps, bytes, old, level);
  const patch: Made = { operation: { ...base, kind: 'patch', stretch: null }, blob };
  if (blob.length < length * doubtful) return patch;
  const data = await makeData(draft, target, level);
  return data.blob.length < blob.length ? data : patch;
}

/** What the steps give before the differences; inserted bytes are the target's own. */
function readSteps(steps: readonly PatchStep[], bytes: Buffer, spaces: Spaces): Buffer {
  const old = Buffer.from(bytes);
  let at = 0;
  for (const { space, from, length } of steps) {
    if (space !== null) spaces[space](from, old.subarray(at, at + length));
    at += length;
  }
  return old;
}
