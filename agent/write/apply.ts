import type { PayloadHeader } from '../../protocol/payload.ts';
import type { PayloadRef } from '../../protocol/release.ts';
import type { Download } from '../download/download.ts';
import { readFrames } from '../download/frames.ts';
import { checkBytes, decodeFrame } from './decode-frame.ts';
import type { Numbered } from './find-missing.ts';
import { giveBack } from './give-back.ts';
import { type Batch, planRequests } from './plan-requests.ts';
import type { Parts } from './target-parts.ts';

/** One payload on its way into one slot. */
export interface Application {
  header: PayloadHeader;
  payload: PayloadRef;
  missing: Numbered[];
  target: Parts;
  /** The running slot, for a delta. */
  source: Parts | null;
  download: Download;
  signal: AbortSignal;
  /** Called with the bytes each operation yielded. */
  onWritten(bytes: number): void;
}

/** So much may wait for the disk: the last flush then ends well within a service's stop time. */
const unflushedLimit = 32 * 1024 * 1024;

/**
 * Writes what is missing, in order; every operation's bytes are checked *before* they are written.
 * On abort the present operation is finished and flushed. Throws `payload_mismatch` when two sources give wrong bytes.
 */
export async function apply(application: Application): Promise<void> {
  const { missing, target, signal, onWritten } = application;
  let unflushed = 0;
  try {
    for (const batch of planRequests(missing)) {
      for await (const { operation, bytes } of yieldBytes(batch, application)) {
        await target[operation.part].write(operation.offset, bytes);
        onWritten(operation.length);
        unflushed += operation.length;
        giveBack(bytes);
        if (unflushed >= unflushedLimit) {
          await flush(target);
          unflushed = 0;
        }
        signal.throwIfAborted();
      }
    }
  } finally {
    await flush(target);
  }
}

async function flush(target: Parts): Promise<void> {
  for (const part of Object.values(target)) await part.sync();
}

/** Every operation's bytes come in a buffer of their own: it is given back once they are written. */
async function* yieldBytes(
  batch: Batch,
  application: Application,
): AsyncGenerator<{ operation: Numbered; bytes: Buffer }> {
  if (batch.frames) {
    yield* fetchBatch(batch.operations, batch.frames, application);
    return;
  }
  for (const operation of batch.operations) {
    const bytes =
      operation.kind === 'zero'
        ? Buffer.alloc(operation.length)
        : await application.source![operation.part].read(operation.from, operation.length);
    yield { operation, bytes: checkBytes(bytes, operation) };
  }
}

async function* fetchBatch(
  operations: readonly Numbered[],
  range: { from: number; to: number },
  { header, payload, download, signal }: Application,
): AsyncGenerator<{ operation: Numbered; bytes: Buffer }> {
  const open = ({ from, to }: { from: number; to: number }, start: number) =>
    readFrames(download.read(payload, header.headerLength + from, header.headerLength + to, signal, start));
  const frames = open(range, 0);
  try {
    for (const operation of operations) {
      const frame = await frames.take(operation.blobLength);
      const bytes = await decodeFrame(frame, operation).catch(() => secondOpinion(operation));
      giveBack(frame);
      yield { operation, bytes };
    }
  } finally {
    await frames.close();
  }

  async function secondOpinion(operation: Numbered): Promise<Buffer> {
    const again = open({ from: operation.from, to: operation.from + operation.blobLength }, 1);
    const frame = await again.take(operation.blobLength).finally(() => again.close());
    return decodeFrame(frame, operation);
  }
}
