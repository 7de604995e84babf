import type { Place } from './problem.ts';

/** A document as its reader found it: values with the places they stand at, and nothing judged yet. */
export type Node = MapNode | ListNode | ScalarNode;

/** Keys in the order they were written; no key is there twice. */
export interface MapNode {
  kind: 'map';
  at: Place;
  entries: { key: string; at: Place; value: Node }[];
}

/** A sequence. */
export interface ListNode {
  kind: 'list';
  at: Place;
  items: Node[];
}

/** One value with the type that YAML 1.1 gives it, and as it was written. */
export interface ScalarNode {
  kind: 'scalar';
  at: Place;
  value: string | number | boolean | null | Date | Uint8Array;
  source: string;
}
