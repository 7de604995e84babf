import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Release } from '../../protocol/documents/release.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { encodeGpt, type GptTable } from '../../protocol/formats/disk/gpt.ts';
import { frontLength, type Medium } from '../../protocol/installer/medium.ts';
import { withFile, writeDurably } from '../../system/files/durable.ts';
import { partitionRange } from '../disk/disk-layout.ts';

/** A medium's manifest, and where its other files lie on this host. */
export interface CutMedium {
  manifest: Buffer;
  files: Record<'root' | 'verity' | 'parts' | 'table', string>;
}

type Place = [at: number, length: number];

const block = 4096;
const chunkLength = 1024 * 1024;
/** Enough for the superblocks by which anybody would take a slot for a written one. */
const clearedLength = 64 * 1024;

/**
 * Cuts what an installer has to write out of a first-install disk: everything but the second slot and what is free in the first.
 * The parts are written to `work`; the root stays where it is.
 */
export async function cutMedium(
  disk: string,
  table: GptTable,
  release: Release,
  releaseDir: string,
  work: string,
): Promise<CutMedium> {
  const files = {
    root: join(releaseDir, 'root.erofs'),
    verity: join(releaseDir, 'root.verity'),
    parts: join(work, 'parts.img'),
    table: join(work, 'table.img'),
  };
  const size = table.sectors * table.sectorSize;
  const { head, tail } = encodeGpt(table);
  const at = (name: 'root-a' | 'verity-a' | 'root-b' | 'verity-b') => partitionRange(table, name).offset;
  const zeros: Place[] = [
    [at('root-b'), clearedLength],
    [at('verity-b'), clearedLength],
  ];
  const { root, name, version, arch } = release;
  const parts = await withFile(disk, 'r', async (file) => {
    await checkFront(file, head.length, release);
    await file.read(head, 0, head.length, 0);
    return cutParts(file, table, files.parts, zeros);
  });
  const ends = Buffer.concat([head, tail]);
  await writeDurably(files.table, ends);
  const medium: Medium = {
    format: 1,
    release: { name, version, arch, rootHash: root.verity.rootHash },
    disk: { size, sectorSize: table.sectorSize },
    root: { size: root.size, sha256: root.sha256, at: at('root-a') },
    verity: { size: root.verity.size, sha256: root.verity.sha256, at: at('verity-a') },
    parts,
    zeros,
    table: { size: ends.length, sha256: sha256(ends), head: head.length },
  };
  return { manifest: Buffer.from(`${JSON.stringify(medium)}\n`), files };
}

/** Writes all blocks that are not zero of all partitions but the slots; notes those that are. */
async function cutParts(
  disk: FileHandle,
  table: GptTable,
  out: string,
  zeros: Place[],
): Promise<Medium['parts']> {
  const places: Place[] = [];
  const digest = createHash('sha256');
  let size = 0;
  await withFile(out, 'w', async (file) => {
    for (const { name, firstLba, lastLba } of table.partitions) {
      if (/^(root|verity)-/.test(name)) continue;
      const end = (lastLba + 1) * table.sectorSize;
      for (let at = firstLba * table.sectorSize; at < end; at += chunkLength) {
        const chunk = Buffer.alloc(Math.min(chunkLength, end - at));
        await disk.read(chunk, 0, chunk.length, at);
        for (const [from, length, isZero] of runsOf(chunk)) {
          append(isZero ? zeros : places, [at + from, length]);
          if (isZero) continue;
          const piece = chunk.subarray(from, from + length);
          digest.update(piece);
          await file.write(piece);
          size += length;
        }
      }
    }
  });
  return { size, sha256: digest.digest('hex'), places };
}

function* runsOf(chunk: Buffer): Generator<[from: number, length: number, isZero: boolean]> {
  const zero = Buffer.alloc(block);
  const isZero = (at: number) =>
    chunk.compare(zero, 0, Math.min(block, chunk.length - at), at, Math.min(at + block, chunk.length)) === 0;
  for (let from = 0; from < chunk.length; ) {
    const kind = isZero(from);
    let to = from + block;
    while (to < chunk.length && isZero(to) === kind) to += block;
    yield [from, Math.min(to, chunk.length) - from, kind];
    from = to;
  }
}

/** Joins a run to the one before it. */
function append(places: Place[], [at, length]: Place): void {
  const last = places.at(-1);
  if (last && last[0] + last[1] === at) last[1] += length;
  else places.push([at, length]);
}

/** The installer keeps its note there. */
async function checkFront(disk: FileHandle, from: number, release: Release): Promise<void> {
  const front = Buffer.alloc(frontLength - from);
  await disk.read(front, 0, front.length, from);
  if (front.equals(Buffer.alloc(front.length))) return;
  const problem = 'its disk has something between the partition table and the first partition';
  throw new InterlockError('release_invalid', { file: release.name, problem });
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
