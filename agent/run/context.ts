import type { Running } from '../ports/host.ts';
import type { OnProgress } from '../ports/slot.ts';
import type { Memory } from '../state-machine/memory.ts';

/** What an effect is performed with, besides the ports. */
export interface PerformContext {
  memory: Memory;
  running: Running;
  /** Name of the image this host follows. */
  name: string;
  /** Longest pause between two looks, in seconds. */
  pollSeconds: number;
  onProgress: OnProgress;
  signal: AbortSignal;
}
