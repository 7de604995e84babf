import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fullPayload, type PayloadRef, type Release } from '../../protocol/documents/release.ts';
import type { PayloadFormat } from '../../protocol/formats/payload/payload.ts';
import { ahead } from '../payload/ahead.ts';
import { hashRegions } from '../payload/hash-regions.ts';
import { listRegions } from '../payload/list-regions.ts';
import { type PartFiles, partFiles, withParts } from '../payload/part-files.ts';
import { readPayloadFormat } from '../payload/read-format.ts';
import { withContexts } from '../payload/with-contexts.ts';
import { writePayload } from '../payload/write-payload.ts';
import { makeOperation } from './make-operation.ts';
import { findPieces, type Side } from './pieces.ts';
import { planOperations } from './plan.ts';
import { openSpaces } from './spaces.ts';

/** `level` is zstd's (default 19); `format` the one of the new release's full payload; `onProgress` is called with bytes done out of all bytes of the new release's parts. */
export interface DeltaOptions {
  level?: number;
  format?: PayloadFormat | undefined;
  onProgress?: (done: number, total: number) => void;
}

/** A release and its folder. */
export interface Placed {
  dir: string;
  release: Release;
}

/** Operations that are made at once, on libuv's threads. */
const together = 4;

/**
 * Writes `payload.from-<version>` (with the root hash, where another old release of that version has the name) into the new release's folder: what a host that runs the old one needs.
 * Gives null, and leaves no file, when the full payload is as small.
 */
export async function delta(
  old: Placed,
  next: Placed,
  { level = 19, format, onProgress }: DeltaOptions = {},
): Promise<PayloadRef | null> {
  const before = await sideOf(partFiles(old.dir));
  const after = await sideOf(partFiles(next.dir));
  const drafts = planOperations(findPieces(before, after));
  const from = { version: old.release.version, rootHash: old.release.root.verity.rootHash };
  const { root, boot } = next.release;
  const head = {
    sizes: { root: root.size, boot: boot.size },
    rootHash: root.verity.rootHash,
    sourceRootHash: from.rootHash,
    format: format ?? (await readPayloadFormat(join(next.dir, fullPayload(next.release).file))),
  };
  const file = fileOf(from, next.release);
  const work = join(next.dir, `${file}.part`);
  let done = 0;
  const written = await withParts(before.files, (source) =>
    withParts(after.files, (target) => {
      const images = { spaces: openSpaces(source, target), target };
      const inContext = withContexts(drafts, target, ({ kind }) => kind !== 'copy');
      const made = ahead(inContext, together, (draft) => makeOperation(draft, images, level));
      return writePayload(work, head, made, (bytes) => {
        done += bytes;
        onProgress?.(done, root.size + boot.size);
      });
    }),
  );
  if (written.size >= fullPayload(next.release).size) {
    await rm(work);
    return null;
  }
  await rename(work, join(next.dir, file));
  return { ...written, file, from };
}

/** Named by the version it starts from; by the root hash as well where that version was built more than once. */
function fileOf({ version, rootHash }: { version: string; rootHash: string }, { payloads }: Release): string {
  const file = `payload.from-${version}`;
  const isTaken = payloads.some((payload) => payload.file === file && payload.from?.rootHash !== rootHash);
  return isTaken ? `${file}-${rootHash.slice(0, 16)}` : file;
}

async function sideOf(files: PartFiles): Promise<Side> {
  return { files, regions: await hashRegions(files, await listRegions(files)) };
}
