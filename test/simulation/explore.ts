import { Fingerprints } from './fingerprints.ts';
import { Frontier } from './frontier.ts';
import { Paths, type Taken } from './paths.ts';

/** A system to exhaust; a state is `width` integers, so that millions fit into memory. */
export interface Model {
  width: number;
  initial: Int32Array;
  /** Everything that can happen next; the label names it in traces and coverage. `to` may be reused by the caller. */
  next(state: Int32Array, emit: (label: number, to: Int32Array) => void): void;
  /** Rewrites a state into the one that stands for all its symmetric ones; answers which permutation that was. */
  canonicalise(state: Int32Array): number;
  /** What is wrong with a state, or nothing. */
  violation(state: Int32Array): string | undefined;
  /** Words for the steps of a path. */
  describe(path: readonly Taken[]): string[];
}

/** What an exploration saw, and the first violation with a shortest trace. */
export interface Explored {
  states: number;
  transitions: number;
  /** Steps from the start to the farthest state seen. */
  depth: number;
  /** True when every reachable state was seen. */
  complete: boolean;
  /** How often each label fired. */
  fired: Map<number, number>;
  violation?: { problem: string; trace: string[] };
}

/** Where an exploration stops; `until` in milliseconds since 1970, `bytes` for everything it keeps. */
export interface Limits {
  states?: number;
  until?: number;
  bytes?: number;
}

/** Visits every reachable state breadth-first, so the first violation found has a shortest trace. */
export function explore(model: Model, limits: Limits = {}): Explored {
  const { states = Number.POSITIVE_INFINITY, until = Number.POSITIVE_INFINITY } = limits;
  const bytes = limits.bytes ?? Number.POSITIVE_INFINITY;
  const seen = new Fingerprints();
  const paths = new Paths();
  const fired = new Map<number, number>();
  const result: Explored = { states: 0, transitions: 0, depth: 0, complete: false, fired };
  const scratch = new Int32Array(model.width);
  let found: Explored['violation'];

  let frontier = new Frontier(model.width);
  let following = new Frontier(model.width);
  let from = -1;
  const emit = (label: number, to: Int32Array) => {
    result.transitions++;
    fired.set(label, (fired.get(label) ?? 0) + 1);
    scratch.set(to);
    const permutation = model.canonicalise(scratch);
    if (!seen.addInts(scratch)) return;
    const step = paths.add(from, label, permutation);
    following.push(scratch, step);
    const problem = model.violation(scratch);
    if (problem && !found) found = { problem, trace: model.describe(paths.trace(step)) };
  };

  emit(-1, model.initial);
  result.transitions = 0;
  fired.clear();
  const state = new Int32Array(model.width);
  while (following.size > 0) {
    [frontier, following] = [following, new Frontier(model.width)];
    for (let at = 0; at < frontier.size; at++) {
      from = frontier.take(at, state);
      model.next(state, emit);
      if (found) return { ...result, states: seen.size, depth: result.depth + 1, violation: found };
      const isCheck = (at & 0xfff) === 0;
      const isFull = isCheck && seen.bytes + paths.bytes + frontier.bytes + following.bytes > bytes;
      if (isFull || seen.size >= states || (isCheck && Date.now() > until)) {
        return { ...result, states: seen.size };
      }
    }
    if (following.size > 0) result.depth++;
  }
  return { ...result, states: seen.size, complete: true };
}
