import type { Change } from '../../../protocol/lock/semaphore.ts';

/** Every way the semaphore's functions can end; `acquire: braked` is the brake. */
export const branches = [
  'acquire: free place',
  'acquire: own place again',
  'acquire: own place for another release',
  'acquire: refused, full',
  'acquire: refused, failure_stop',
  'acquire: refused, foreign_hold',
  'release: place, good',
  'release: place, failed',
  'release: place, no verdict',
  'release: no place, good',
  'release: no place, failed',
  'release: no place, no verdict',
  'release: refused, same_boot',
  'release: refused, foreign_hold',
  'cancel: place',
  'cancel: no place',
  'cancel: refused, foreign_hold',
  'setSlots',
  'clearFailed',
] as const;

/** What was reached, counted by distinct local situations. */
export class Coverage {
  readonly moves = new Map<string, number>();
  readonly branches = new Map<string, number>();

  move(from: string, to: string): void {
    if (from !== to) count(this.moves, `${from} → ${to}`);
  }

  /** Counts a change of the lock value; `detail` says which way it succeeded. */
  change(verb: string, change: Change, detail: string): void {
    count(this.branches, 'refused' in change ? `${verb}: refused, ${change.refused}` : `${verb}: ${detail}`);
  }

  branch(name: string): void {
    count(this.branches, name);
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
