import { hash } from 'node:crypto';
import { type FileHandle, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { constants, type ZstdOptions, zstdCompress } from 'node:zlib';
import {
  encodePayloadHeader,
  maxOperationLength,
  type Operation,
  type Part,
  parts,
} from '../../protocol/payload.ts';
import type { PayloadRef } from '../../protocol/release.ts';
import { withFile } from '../../system/durable.ts';
import { cutPiece, longestPiece } from './cut.ts';
import { digestFile } from './digest.ts';
import { writeFully } from './erofs/block-writer.ts';

/** Pieces compressed at once: the size of libuv's thread pool. */
const ahead = 4;
const compress = promisify<Buffer, ZstdOptions, Buffer>(zstdCompress);

/** Gives the zstd frame of a piece, `sha256` (hex) being of the piece: made now, or kept from an earlier build. */
export type FrameSource = (
  sha256: string,
  level: number,
  make: () => Promise<Uint8Array>,
) => Promise<Uint8Array>;

/** `level` is zstd's (default 9); `onProgress` hears of bytes done out of all bytes of the parts. */
export interface PayloadOptions {
  level?: number;
  frames?: FrameSource;
  onProgress?: (done: number, total: number) => void;
}

/** Writes the payload that makes root, verity and boot file from nothing; the same parts give the same bytes. */
export async function packFullPayload(
  files: Record<Part, string>,
  rootHash: string,
  out: string,
  options: PayloadOptions = {},
): Promise<PayloadRef> {
  const operations: Operation[] = [];
  const sizes = { root: 0, verity: 0, boot: 0 };
  for (const part of parts) {
    sizes[part] = (await stat(files[part])).size;
    operations.push(...(await planPart(part, files[part])));
  }
  const header = { sizes, rootHash, sourceRootHash: null, operations };
  const headerLength = encodePayloadHeader(header).length;
  try {
    const headerBytes = await withFile(out, 'w', async (file) => {
      await writeBlobs(file, files, operations, headerLength, options);
      const bytes = encodePayloadHeader(header);
      await writeFully(file, bytes, 0);
      await file.sync();
      return bytes;
    });
    return {
      file: basename(out),
      ...(await digestFile(out)),
      header: { size: headerLength, sha256: hash('sha256', headerBytes) },
      from: null,
    };
  } catch (error) {
    await rm(out, { force: true });
    throw error;
  }
}

/** Cuts a part into operations: zeros joined up to the format's limit, everything else in single pieces. */
async function planPart(part: Part, path: string): Promise<Operation[]> {
  const operations: Operation[] = [];
  await withFile(path, 'r', async (file) => {
    const piece = Buffer.alloc(longestPiece);
    for (let offset = 0; ; ) {
      const read = await readPiece(file, piece, offset);
      if (read.length === 0) return;
      const bytes = read.subarray(0, cutPiece(read));
      const last = operations.at(-1);
      const zero = isZero(bytes);
      if (zero && last?.kind === 'zero' && last.length + bytes.length <= maxOperationLength) {
        last.length += bytes.length;
      } else {
        const sha256 = zero ? '' : hash('sha256', bytes);
        const kind = zero ? 'zero' : 'data';
        operations.push({ kind, part, offset, length: bytes.length, from: 0, blobLength: 0, sha256 });
      }
      offset += bytes.length;
    }
  });
  for (const operation of operations) operation.sha256 ||= hash('sha256', Buffer.alloc(operation.length));
  return operations;
}

/** Compresses a few pieces ahead and writes the frames in order, noting where each lies. */
async function writeBlobs(
  out: FileHandle,
  files: Record<Part, string>,
  operations: readonly Operation[],
  headerLength: number,
  { level = 9, frames: frameOf = (_sha256, _level, make) => make(), onProgress }: PayloadOptions,
): Promise<void> {
  const total = operations.reduce((sum, { length }) => sum + length, 0);
  const data = operations.filter(({ kind }) => kind === 'data');
  const frames: Promise<Uint8Array>[] = [];
  let end = 0;
  let done = total - data.reduce((sum, { length }) => sum + length, 0);
  for (const [index, operation] of data.entries()) {
    while (frames.length < Math.min(index + ahead, data.length)) {
      const next = data[frames.length]!;
      frames.push(frameOf(next.sha256, level, () => makeFrame(files, next, level)));
      frames.at(-1)!.catch(() => {});
    }
    const frame = await frames[index]!;
    delete frames[index];
    operation.from = end;
    operation.blobLength = frame.length;
    await writeFully(out, frame, headerLength + end);
    end += frame.length;
    done += operation.length;
    onProgress?.(done, total);
  }
}

async function makeFrame(
  files: Record<Part, string>,
  { part, offset, length }: Operation,
  level: number,
): Promise<Buffer> {
  const bytes = await withFile(files[part], 'r', (file) => readPiece(file, Buffer.alloc(length), offset));
  return compress(bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: level },
    pledgedSrcSize: length,
  });
}

/** Fills `piece` from `offset` on; shorter at the end of the file only. */
async function readPiece(file: FileHandle, piece: Buffer, offset: number): Promise<Buffer> {
  let filled = 0;
  while (filled < piece.length) {
    const { bytesRead } = await file.read(piece, filled, piece.length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return piece.subarray(0, filled);
}

function isZero(bytes: Buffer): boolean {
  return bytes[0] === 0 && bytes.subarray(1).equals(bytes.subarray(0, -1));
}
