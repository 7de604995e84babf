import type { PayloadRef } from '../../protocol/documents/release.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { maxOperationLength, type PayloadHeader } from '../../protocol/formats/payload/payload.ts';
import type { Download } from '../download/download.ts';
import { readFrames } from '../download/frames.ts';
import type { Numbered } from './find-missing.ts';
import { giveBack } from './give-back.ts';
import { type Batch, planRequests } from './plan-requests.ts';
import type { Parts } from './target-parts.ts';
import { isStraight, readStraight, yieldOperation } from './yield-operation.ts';

/** One payload on its way into one slot. */
export interface Application {
  header: PayloadHeader;
  payload: PayloadRef;
  missing: Numbered[];
  target: Parts;
  /** The running slot; null when nothing of it is to be used. */
  source: Parts | null;
  download: Download;
  signal: AbortSignal;
  /** Called with the bytes each operation yielded. */
  onWritten(bytes: number): void;
}

/** So much may wait for the disk: the last flush then ends well within a service's stop time. */
const unflushedLimit = 32 * 1024 * 1024;
const noBlob: Buffer = Buffer.alloc(0);

/**
 * Writes what is missing, in order; what was fetched is checked *before* it is written.
 * On abort the present operation is finished and flushed. Throws `payload_mismatch` when two sources give wrong bytes.
 */
export async function apply(application: Application): Promise<void> {
  const { missing, target, signal, onWritten } = application;
  const scratch = Buffer.allocUnsafeSlow(maxOperationLength);
  let unflushed = 0;
  try {
    for (const batch of planRequests(missing)) {
      for await (const { operation, bytes } of yieldBatch(batch, { ...application, scratch })) {
        const { part, offset, length } = operation;
        if (bytes) await target[part].write(offset, bytes);
        else await target[part].fill(offset, length, readStraight(operation, application));
        onWritten(length);
        unflushed += length;
        if (bytes && bytes.buffer !== scratch.buffer) giveBack(bytes);
        if (unflushed >= unflushedLimit) {
          await flush(target);
          unflushed = 0;
        }
        signal.throwIfAborted();
      }
    }
  } finally {
    giveBack(scratch);
    await flush(target);
  }
}

async function flush(target: Parts): Promise<void> {
  for (const part of Object.values(target)) await part.sync();
}

/**
 * Each operation's bytes, over one request for all their blobs; what lies between the blobs is passed over. Null for what
 * is copied straight from where it lies.
 */
async function* yieldBatch(
  { operations, blobs }: Batch,
  application: Application & { scratch: Buffer },
): AsyncGenerator<{ operation: Numbered; bytes: Buffer | null }> {
  const { header, payload, download, signal } = application;
  const open = ({ from, to }: { from: number; to: number }, start: number) =>
    readFrames(download.read(payload, header.headerLength + from, header.headerLength + to, signal, start));
  const stream = blobs && open(blobs, 0);
  let offset = blobs?.from ?? 0;
  try {
    for (const operation of operations) {
      if (isStraight(operation)) {
        yield { operation, bytes: null };
        continue;
      }
      if (!stream || operation.blobLength === 0) {
        const bytes = await yieldOperation(operation, noBlob, application).catch((error) => {
          if (!operation.instead) throw error;
          return fetchAgain(operation.instead, 0);
        });
        yield { operation, bytes };
        continue;
      }
      if (operation.blobOffset > offset) await stream.take(operation.blobOffset - offset);
      const blob = await stream.take(operation.blobLength);
      offset = operation.blobOffset + operation.blobLength;
      const bytes = await yieldOperation(operation, blob, application).catch((error) => {
        // bytes from elsewhere do not help against a disk that fails
        if (!(error instanceof InterlockError)) throw error;
        download.distrust();
        return fetchAgain(operation, 1);
      });
      giveBack(blob);
      yield { operation, bytes };
    }
  } finally {
    await stream?.close();
  }

  async function fetchAgain(operation: Numbered, start: number): Promise<Buffer> {
    const again = open(
      { from: operation.blobOffset, to: operation.blobOffset + operation.blobLength },
      start,
    );
    const blob = await again.take(operation.blobLength).finally(() => again.close());
    return yieldOperation(operation, blob, application);
  }
}
