import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { decodePatch } from '../../protocol/formats/payload/patch.ts';
import { isSource, type Space, type Stretch } from '../../protocol/formats/payload/payload.ts';
import type { OpenExtent } from '../slots/extent.ts';
import { checkBlob, checkBytes, decodeFrame } from './decode-frame.ts';
import type { Numbered } from './find-missing.ts';
import { giveBack } from './give-back.ts';
import { readSteps } from './read-steps.ts';
import type { Parts } from './target-parts.ts';

/** Where an operation may read: the running slot, and the slot that is being written. */
export interface Spaces {
  source: Parts | null;
  target: Parts;
  /** Room for what is put together here: its bytes are valid until the next operation. */
  scratch: Buffer;
}

/** True for a copy whose bytes nobody looks at on the way: they can go from the one disk to the other in one step. */
export function isStraight({ kind, stretch, instead }: Numbered): boolean {
  return kind === 'copy' && stretch?.space === 'source-root' && !instead;
}

/** Reads such a copy piece by piece to where it is written from. Throws `payload_invalid` when the source is too short. */
export function readStraight({ stretch }: Numbered, spaces: Omit<Spaces, 'scratch'>) {
  const { space, from } = stretch!;
  const extent = extentOf(spaces, space);
  return (room: Buffer, done: number) => extent.read(from + done, room.length, room).catch(outside);
}

/**
 * Makes an operation's bytes out of its blob and what lies on the disk; throws unless they hash to what it says. Copies
 * from the running root are not hashed here: nothing of them was fetched, and the root hash of the whole proves them.
 */
export async function yieldOperation(operation: Numbered, blob: Buffer, spaces: Spaces): Promise<Buffer> {
  const { kind, length, stretch } = operation;
  checkBlob(blob, operation);
  switch (kind) {
    case 'zero':
      return checkBytes(Buffer.alloc(length), operation);
    case 'copy': {
      const bytes = await read(spaces, stretch!, spaces.scratch);
      return stretch!.space === 'source-root' ? bytes : checkBytes(bytes, operation);
    }
    case 'data': {
      const dictionary = stretch && (await read(spaces, stretch));
      try {
        return decodeFrame(blob, operation, dictionary);
      } finally {
        if (dictionary) giveBack(dictionary);
      }
    }
    case 'patch':
      return checkBytes(await patched(operation, blob, spaces), operation);
  }
}

/** Old bytes and inserted ones; then the differences are added. */
async function patched({ length }: Numbered, blob: Buffer, spaces: Spaces): Promise<Buffer> {
  const patch = decodePatch(blob, length);
  const bytes = spaces.scratch.subarray(0, length);
  await readSteps(patch, bytes, (space) => extentOf(spaces, space)).catch(outside);
  patch.differ(bytes);
  for (const stream of patch.unpacked) giveBack(stream);
  return bytes;
}

function read(spaces: Spaces, { space, from, length }: Stretch, into?: Buffer): Promise<Buffer> {
  return extentOf(spaces, space).read(from, length, into).catch(outside);
}

function extentOf({ source, target }: Omit<Spaces, 'scratch'>, space: Space): OpenExtent {
  const parts = isSource(space) ? source : target;
  if (!parts) throw new InterlockError('payload_invalid', { problem: 'it needs a source, which is missing' });
  return parts[space.endsWith('-root') ? 'root' : 'boot'];
}

/** A source that is too short is another image than the payload names, or cannot be read: the full payload is worth a try. */
function outside(cause: unknown): never {
  if (cause instanceof InterlockError && cause.code === 'disk_invalid') {
    throw new InterlockError(
      'payload_invalid',
      { problem: `the source is no good: ${cause.message}` },
      { cause },
    );
  }
  throw cause;
}
