import { hash } from 'node:crypto';
import { maxOperationLength, type Operation } from '../../protocol/payload.ts';
import type { Parts } from './target-parts.ts';

/** An operation and its place in the payload's list. */
export type Numbered = Operation & {
  index: number;
  /** What to do when a copy of this host's own making turns out wrong. */
  instead?: Numbered;
};

/** The operations whose bytes do not lie in the slot yet; so a cut write resumes without a journal. */
export async function findMissing(
  operations: readonly Operation[],
  parts: Parts,
  signal: AbortSignal,
): Promise<Numbered[]> {
  const missing: Numbered[] = [];
  const scratch = Buffer.allocUnsafeSlow(maxOperationLength);
  for (const [index, operation] of operations.entries()) {
    signal.throwIfAborted();
    const bytes = await parts[operation.part].read(operation.offset, operation.length, scratch);
    if (hash('sha256', bytes) !== operation.sha256) missing.push({ ...operation, index });
  }
  return missing;
}
