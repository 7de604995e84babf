import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { withFile } from '../../system/files/durable.ts';
import type { BlobInfo } from '../store/interface/repository.ts';
import { copyRange } from './copy-range.ts';
import { putBlob } from './put-blob.ts';
import { hashFile, openVerifier, type Verifier } from './verify.ts';

/** Where release bytes lie: whole blobs by hash, and partial uploads beside them. */
export interface Blobs extends Pick<Verifier, 'verify' | 'isChanged'> {
  /** Bytes of the blob that are here, and whether that is all of it, checked. */
  state(sha256: string): Promise<{ received: number; whole: boolean }>;
  /** Adds a stream's bytes to the upload; resolves with the number of bytes there. */
  append(sha256: string, from: number, bytes: AsyncIterable<Buffer>): Promise<number>;
  /** Forgets a partial upload. */
  drop(sha256: string): Promise<void>;
  /** Turns a full upload into a blob, durably. Throws `blob_mismatch` and drops it when its hash is another one. */
  finish(blob: BlobInfo): Promise<void>;
  /** Writes bytes `start` to `end`, both included, as fast as they are taken. */
  copy(sha256: string, start: number, end: number, to: Writable): Promise<void>;
}

/** Keeps blobs as files: `blobs/ab/<sha256>` and `uploads/<sha256>.part`. */
export function openBlobs(dataDir: string): Blobs {
  const blobPath = (sha256: string) => join(dataDir, 'blobs', sha256.slice(0, 2), sha256);
  const partPath = (sha256: string) => join(dataDir, 'uploads', `${sha256}.part`);
  const verifier = openVerifier(blobPath);

  return {
    verify: verifier.verify,
    isChanged: verifier.isChanged,
    async state(sha256) {
      const whole = await sizeOf(blobPath(sha256));
      if (whole !== undefined) return { received: whole, whole: true };
      return { received: (await sizeOf(partPath(sha256))) ?? 0, whole: false };
    },
    async append(sha256, from, bytes) {
      const path = partPath(sha256);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const out = createWriteStream(path, { flags: from === 0 ? 'w' : 'r+', start: from, mode: 0o600 });
      try {
        await pipeline(bytes, out);
      } finally {
        if (!out.closed) await once(out, 'close');
      }
      return from + out.bytesWritten;
    },
    drop: (sha256) => rm(partPath(sha256), { force: true }),
    async finish({ sha256 }) {
      const part = partPath(sha256);
      const found = await hashFile(part);
      if (found !== sha256) {
        await rm(part, { force: true });
        throw new InterlockError('blob_mismatch', { found, expected: sha256 });
      }
      await withFile(part, 'r+', (file) => file.sync());
      await putBlob(part, blobPath(sha256), join(dataDir, 'blobs'));
      await verifier.trust(sha256);
    },
    copy: (sha256, start, end, to) => copyRange(blobPath(sha256), start, end, to),
  };
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
