import { hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Operation, PayloadHeader } from '../../protocol/formats/payload/payload.ts';
import { withFile } from '../../system/files/durable.ts';
import { makeFrame } from './make-frame.ts';
import { releaseLevel, usualLevel } from './pack-full-payload.ts';
import { type PartFiles, type PartHandles, partOf, readPart, withParts } from './part-files.ts';
import { readBlob, readPayloadHeader } from './read-payload.ts';

/** What most releases are packed at comes first. */
const levels = [usualLevel, 19, ...Array.from({ length: 19 }, (_, index) => index + 1)];
/** Frames of one level may be those of its neighbour; so many tell them apart, or it makes no difference. */
const samples = 8;

/**
 * The zstd level that a full payload was packed at. It is written nowhere: agents refuse a field of `release.json` that they
 * do not know. Frames are made again until one level gives the same bytes; where another zstd made them, none does, and
 * the content that a frame refers to shows whether a release has the default level.
 */
export async function payloadLevel(payload: string, files: PartFiles): Promise<number> {
  return withFile(payload, 'r', async (file) => {
    const header = await readPayloadHeader(file);
    return withParts(files, (parts) => findLevel(file, header, parts));
  });
}

async function findLevel(file: FileHandle, header: PayloadHeader, parts: PartHandles): Promise<number> {
  const frames = header.operations.filter(({ kind }) => kind === 'data');
  const isRelease = frames.some(({ part, stretch }) => part === 'root' && stretch !== null);
  let candidates = [...new Set(levels)].filter((level) => level >= releaseLevel || !isRelease);
  const usual = isRelease ? 19 : usualLevel;
  for (const operation of chosen(frames)) {
    const blob = await readBlob(file, header, operation);
    // a damaged part is not the concern here: the frame is skipped
    const bytes = await readPart(parts[operation.part], operation.offset, operation.length).catch(() => null);
    if (bytes === null || hash('sha256', bytes) !== operation.sha256) continue;
    const { stretch } = operation;
    const dictionary =
      stretch && (await readPart(parts[partOf(stretch.space)], stretch.from, stretch.length));
    const same: number[] = [];
    for (const level of candidates) {
      if ((await makeFrame(bytes, dictionary, level)).equals(blob)) same.push(level);
    }
    candidates = same;
    if (same.length <= 1) break;
  }
  return candidates[0] ?? usual;
}

/** The longest frames tell levels apart best; those that are slow to pack come last. */
function chosen(frames: readonly Operation[]): Operation[] {
  const isSlow = ({ length }: Operation) => Number(length > 512 * 1024);
  return frames.toSorted((a, b) => isSlow(a) - isSlow(b) || b.length - a.length).slice(0, samples);
}
