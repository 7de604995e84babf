import type { Running } from './host.ts';
import type { Target } from './trust.ts';

/** Tells how far the slow work is; `total` in bytes. */
export type OnProgress = (step: 'download' | 'verify', done: number, total: number) => void;

/** The inactive slot: its partitions and its kernel image on the ESP. */
export interface SlotPort {
  /**
   * Downloads, writes and reads back until the inactive slot holds the target, whole; resumes what is there. `onRefused`
   * is called with what was wrong with a payload when another one served, so that it can be reported.
   */
  write(
    target: Target,
    running: Running,
    onProgress: OnProgress,
    signal: AbortSignal,
    onRefused?: (problem: string) => void,
  ): Promise<void>;
}
