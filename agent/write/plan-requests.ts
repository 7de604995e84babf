import type { Numbered } from './find-missing.ts';

/** Operations that are done together: those whose frames lie side by side need one request. */
export interface Batch {
  operations: Numbered[];
  /** Where their frames lie among the payload's blobs, or null when nothing is fetched. */
  frames: { from: number; to: number } | null;
}

/** Groups missing operations, in their order, so that each stretch of frames costs one request. */
export function planRequests(missing: readonly Numbered[]): Batch[] {
  const batches: Batch[] = [];
  for (const operation of missing) {
    const last = batches.at(-1);
    const isData = operation.kind === 'data';
    const end = operation.from + operation.blobLength;
    if (last && isData && last.frames?.to === operation.from) {
      last.operations.push(operation);
      last.frames.to = end;
    } else {
      batches.push({ operations: [operation], frames: isData ? { from: operation.from, to: end } : null });
    }
  }
  return batches;
}
