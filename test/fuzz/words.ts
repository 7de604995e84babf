/** What a worker is told: it tries the targets one after the other. */
export interface Order {
  names: string[];
  seconds: number;
  seed: number;
  /** Where the present input lies, so that it is known when this thread does not come back. */
  shared: SharedArrayBuffer;
}

/** What it says: that it is at a target, what it found, and that it is through. */
export type Word =
  | { kind: 'at'; name: string }
  | { kind: 'finding'; name: string; problem: string; input: Uint8Array }
  | { kind: 'through'; name: string; inputs: number };

/** Words of 8 bytes before the input: when it began (0 for none), and its length. */
export const inputAt = 16;
