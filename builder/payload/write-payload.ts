import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { PayloadRef } from '../../protocol/documents/release.ts';
import { encodePayloadHeader } from '../../protocol/formats/payload/encode-payload.ts';
import {
  blobDigestLength,
  type PayloadFormat,
  type PayloadHeader,
  type PlannedOperation,
} from '../../protocol/formats/payload/payload.ts';
import { withFile } from '../../system/files/durable.ts';
import { digestFile } from '../build-host/digest.ts';
import { writeFully } from '../root/erofs/block-writer.ts';

/** An operation with its blob, empty for those that have none. */
export interface Made {
  operation: Omit<PlannedOperation, 'blobLength' | 'blobDigest'>;
  blob: Buffer;
}

type Head = Pick<PayloadHeader, 'sizes' | 'rootHash' | 'sourceRootHash'> & {
  /** The present one unless given. */
  format?: PayloadFormat | undefined;
};

/**
 * Writes a payload out of operations as they are made: blobs wait in a file beside it until the header is known.
 * Leaves neither behind when anything fails. `onMade` hears the length of each operation.
 */
export async function writePayload(
  out: string,
  head: Head,
  made: AsyncIterable<Made>,
  onMade: (bytes: number) => void = () => {},
): Promise<Omit<PayloadRef, 'from'>> {
  const blobs = `${out}.blobs`;
  try {
    const operations: PlannedOperation[] = [];
    await withFile(blobs, 'w', async (file) => {
      let end = 0;
      for await (const { operation, blob } of made) {
        operations.push({ ...operation, blobLength: blob.length, blobDigest: digestOf(blob) });
        await writeFully(file, blob, end);
        end += blob.length;
        onMade(operation.length);
      }
    });
    const header = encodePayloadHeader({ ...head, operations }, head.format);
    await withFile(out, 'w', async (file) => {
      await writeFully(file, header, 0);
      let at = header.length;
      for await (const chunk of createReadStream(blobs, { highWaterMark: 1 << 20 })) {
        await writeFully(file, chunk as Buffer, at);
        at += (chunk as Buffer).length;
      }
      await file.sync();
    });
    return {
      file: basename(out),
      ...(await digestFile(out)),
      header: { size: header.length, sha256: hash('sha256', header) },
    };
  } catch (error) {
    await rm(out, { force: true });
    throw error;
  } finally {
    await rm(blobs, { force: true });
  }
}

function digestOf(blob: Buffer): string | null {
  return blob.length === 0 ? null : hash('sha256', blob).slice(0, 2 * blobDigestLength);
}
