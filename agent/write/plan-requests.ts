import type { Numbered } from './find-missing.ts';

/** Operations that are done together: those whose blobs lie close together need one request. */
export interface Batch {
  operations: Numbered[];
  /** Where their blobs lie in the payload, from the end of its header, or null when nothing is fetched. */
  blobs: { from: number; to: number } | null;
}

/** Bytes that cost less to fetch in passing than another request would. */
const passedOver = 16 * 1024;

/** Groups missing operations, in their order, so that each stretch of blobs costs one request. */
export function planRequests(missing: readonly Numbered[]): Batch[] {
  const batches: Batch[] = [];
  for (const operation of missing) {
    const last = batches.at(-1);
    const { blobOffset: from, blobLength } = operation;
    const to = from + blobLength;
    if (last && (blobLength === 0 || !last.blobs || from - last.blobs.to <= passedOver)) {
      last.operations.push(operation);
      if (blobLength > 0) last.blobs = { from: last.blobs?.from ?? from, to };
    } else {
      batches.push({ operations: [operation], blobs: blobLength > 0 ? { from, to } : null });
    }
  }
  return batches;
}
