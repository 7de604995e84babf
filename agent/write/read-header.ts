import { hash } from 'node:crypto';
import type { PayloadRef, Release } from '../../protocol/documents/release.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import {
  decodePayloadHeader,
  longestHeader,
  type PayloadHeader,
  payloadParts,
} from '../../protocol/formats/payload/payload.ts';
import type { Download } from '../download/download.ts';
import { readFrames } from '../download/frames.ts';

/**
 * Fetches a payload's header and checks it against the signed release before one field of it is used.
 * A damaged one is fetched once more from the next source. Throws `payload_invalid`.
 */
export async function readHeader(
  release: Release,
  payload: PayloadRef,
  download: Download,
  signal: AbortSignal,
): Promise<PayloadHeader> {
  const { size, sha256 } = payload.header;
  if (size > longestHeader || size > payload.size) throw invalid(`a header of ${size} bytes`);
  for (const start of [0, 1]) {
    const frames = readFrames(download.read(payload, 0, size, signal, start));
    const bytes = await frames.take(size).finally(() => frames.close());
    if (hash('sha256', bytes) === sha256) return checked(decodePayloadHeader(bytes), release, payload);
    download.distrust();
  }
  throw invalid(`its header does not hash to ${sha256}`);
}

function checked(header: PayloadHeader, release: Release, payload: PayloadRef): PayloadHeader {
  const { root, boot } = release;
  const sizes = { root: root.size, boot: boot.size };
  if (header.rootHash !== root.verity.rootHash) throw invalid(`it yields ${header.rootHash}`);
  if (header.sourceRootHash !== (payload.from?.rootHash ?? null)) throw invalid('it names another source');
  for (const part of payloadParts) {
    if (header.sizes[part] !== sizes[part]) throw invalid(`${part} of ${header.sizes[part]} bytes`);
  }
  const last = header.operations.at(-1);
  const end = header.headerLength + (last ? last.blobOffset + last.blobLength : 0);
  if (end !== payload.size) throw invalid(`its blobs end at ${end} of ${payload.size} bytes`);
  return header;
}

function invalid(problem: string): InterlockError {
  return new InterlockError('payload_invalid', { problem });
}
