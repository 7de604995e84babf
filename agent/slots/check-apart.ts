import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Extent, Slot } from './slot.ts';

/** Throws `disk_invalid` when a slot about to be written shares one byte with the running one. */
export function checkApart(target: Slot, running: Slot): void {
  for (const mine of [target.root, target.verity]) {
    for (const other of [running.root, running.verity]) {
      if (!overlap(mine, other)) continue;
      const problem = `slot ${target.name} overlaps the running slot ${running.name}`;
      throw new InterlockError('disk_invalid', { disk: mine.path, problem });
    }
  }
}

function overlap(a: Extent, b: Extent): boolean {
  return a.path === b.path && a.offset < b.offset + b.size && b.offset < a.offset + a.size;
}
