/** What the process that tries inputs is told: it tries the targets one after the other. */
export interface Order {
  names: string[];
  /** Per target, unless it has had its inputs before. */
  seconds: number;
  /** Per target; without a number only the time counts. */
  inputs?: number | undefined;
  seed: number;
}

/** What it says: that it is at a target, how far, what it found, and that it is through. */
export type Word =
  | { kind: 'at'; name: string }
  | { kind: 'progress'; name: string; inputs: number }
  | { kind: 'finding'; name: string; problem: string; input: Uint8Array }
  | { kind: 'through'; name: string; inputs: number };
