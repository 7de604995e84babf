import { brotliDecompressSync, constants, zstdDecompressSync } from 'node:zlib';
import { InterlockError } from '../../errors/interlock-error.ts';
import { addDifferences } from './differences.ts';
import { maxSteps, type PatchStep } from './patch-steps.ts';
import { spaces } from './payload.ts';
import { openReader } from './varint.ts';

/**
 * The blob of a `patch` operation: four streams, each packed by itself. docs/reference/payload.md has the layout.
 * `steps` says which stretches of old bytes and which inserted bytes follow each other, `gaps` and `values` where the
 * result differs from that and by how much (differences.ts).
 */
export const patchStreams = ['steps', 'gaps', 'values', 'inserts'] as const;

/** How a stream is packed. */
export const codecs = ['none', 'zstd', 'brotli'] as const;
/** One of `codecs`. */
export type Codec = (typeof codecs)[number];

/** What a patch does, unpacked; `differ` changes the bytes that the steps gave. */
export interface Patch {
  /** Read as they are walked, once: a patch may have a hundred thousand. Throws `payload_invalid` on the way. */
  steps: Iterable<PatchStep>;
  inserts: Buffer;
  differ(bytes: Buffer): void;
  /** Everything that was unpacked, for those who return memory by hand. */
  unpacked: Buffer[];
}

/** Unpacks the blob of an operation that yields `length` bytes. Throws `payload_invalid` for any other bytes. */
export function decodePatch(blob: Buffer, length: number): Patch {
  const reader = openReader(blob, invalid);
  const heads = patchStreams.map(() => ({
    codec: codecs[reader.number()],
    unpacked: reader.number(),
    packed: reader.number(),
  }));
  const [control, gaps, values, inserts] = heads.map((head) =>
    unpack(reader.raw(head.packed), head, length),
  ) as [Buffer, Buffer, Buffer, Buffer];
  if (!reader.isAtEnd()) throw invalid('a patch with more than its streams');
  return {
    steps: readSteps(control, length, inserts.length),
    inserts,
    differ: (bytes) => addDifferences(bytes, gaps, values),
    unpacked: [control, gaps, values, inserts],
  };
}

function unpack(
  bytes: Buffer,
  { codec, unpacked }: { codec: Codec | undefined; unpacked: number },
  length: number,
): Buffer {
  if (!codec || unpacked > 2 * length + 4096) throw invalid(`a patch stream of ${unpacked} bytes`);
  const found = codec === 'none' ? bytes : inflate(bytes, codec, unpacked);
  if (found.length !== unpacked) throw invalid(`a patch stream of ${found.length} bytes, not ${unpacked}`);
  return found;
}

/**
 * The largest window that frames may ask a decoder to keep, as a power of two: no operation, and no stream of a patch, is
 * longer. Without it a frame of a few bytes takes 128 MiB.
 */
export const maxWindowLog = 24;

/** Room behind what is unpacked: zlib takes a second buffer of the same size as soon as the first is full. */
export const unpackSlack = 64;

function inflate(bytes: Buffer, codec: 'zstd' | 'brotli', unpacked: number): Buffer {
  const options = { maxOutputLength: Math.max(1, unpacked), chunkSize: unpacked + unpackSlack };
  const params = { [constants.ZSTD_d_windowLogMax]: maxWindowLog };
  try {
    return codec === 'zstd'
      ? zstdDecompressSync(bytes, { ...options, params })
      : brotliDecompressSync(bytes, options);
  } catch (cause) {
    throw new InterlockError('payload_invalid', { problem: `a patch stream that is no ${codec}` }, { cause });
  }
}

/** One number says length and space; places count from where the last stretch of that space ended. */
function* readSteps(control: Buffer, length: number, inserted: number): Generator<PatchStep> {
  const reader = openReader(control, invalid);
  const ends = spaces.map(() => 0);
  let covered = 0;
  let taken = 0;
  for (let left = maxSteps(length); !reader.isAtEnd(); left--) {
    if (left === 0) throw invalid('a patch of too many steps');
    const tag = reader.number();
    const code = tag % 8;
    const step: PatchStep = { space: null, from: 0, length: Math.floor(tag / 8) };
    if (code > spaces.length) throw invalid('a patch step of no known kind');
    if (code > 0) {
      step.space = spaces[code - 1]!;
      step.from = ends[code - 1]! + reader.signed();
      ends[code - 1] = step.from + step.length;
      if (!Number.isSafeInteger(step.from) || step.from < 0) throw invalid('a patch step before the start');
    } else taken += step.length;
    covered += step.length;
    if (step.length === 0 || covered > length || taken > inserted)
      throw invalid('patch steps of another length');
    yield step;
  }
  if (covered !== length || taken !== inserted) throw invalid('patch steps of another length');
}

function invalid(problem: string): InterlockError {
  return new InterlockError('payload_invalid', { problem });
}
