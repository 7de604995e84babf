import { field, none } from './layout.ts';
import type { LockValues } from './lock-values.ts';
import { remember } from './table.ts';

/** Hosts are alike: of all orders of a state's hosts one stands for the rest. */
export class Symmetry {
  readonly orders: readonly (readonly number[])[];
  readonly #hosts: number;
  readonly #messages: number;
  readonly #renamed: (value: number, order: number) => number;
  #candidate: Int32Array;
  #best: Int32Array;

  constructor(hosts: number, messages: number, values: LockValues) {
    this.#hosts = hosts;
    this.#messages = messages;
    this.orders = permutations(hosts);
    this.#renamed = remember((value, order) => values.renamed(value, this.orders[order]!));
    const width = field.hosts + hosts + 2 * messages;
    this.#candidate = new Int32Array(width);
    this.#best = new Int32Array(width);
  }

  /** Rewrites the state; answers the number of the order it was given. */
  canonicalise(state: Int32Array): number {
    let best = none;
    for (let order = 0; order < this.orders.length; order++) {
      if (!this.#isSorted(state, this.orders[order]!)) continue;
      this.#reorder(state, order, this.#candidate);
      if (best === none || isLess(this.#candidate, this.#best)) {
        best = order;
        [this.#best, this.#candidate] = [this.#candidate, this.#best];
      }
    }
    state.set(this.#best);
    return best;
  }

  #isSorted(state: Int32Array, order: readonly number[]): boolean {
    for (let i = 1; i < order.length; i++) {
      if (state[field.hosts + order[i - 1]!]! > state[field.hosts + order[i]!]!) return false;
    }
    return true;
  }

  #reorder(state: Int32Array, order: number, into: Int32Array): void {
    into.set(state);
    const places = this.orders[order]!;
    const rename = (value: number) => (value === none || order === 0 ? value : this.#renamed(value, order));
    into[field.value] = rename(state[field.value]!);
    into[field.before] = rename(state[field.before]!);
    for (let i = 0; i < places.length; i++) into[field.hosts + i] = state[field.hosts + places[i]!]!;
    const first = field.hosts + this.#hosts;
    for (let at = first; at < first + 2 * this.#messages; at += 2) {
      const info = state[at]!;
      if (info === none) continue;
      const isAnswer = ((info >> 6) & 3) === 2;
      into[at] = (info & ~7) | places.indexOf(info & 7);
      into[at + 1] = isAnswer ? state[at + 1]! : rename(state[at + 1]!);
    }
    sortPairs(into, first, this.#messages);
  }
}

/** The larger pair first, so that empty places come last. */
function sortPairs(row: Int32Array, first: number, pairs: number): void {
  for (let i = 1; i < pairs; i++) {
    for (let at = first + 2 * i; at > first; at -= 2) {
      const [info, value, infoBefore, valueBefore] = [row[at]!, row[at + 1]!, row[at - 2]!, row[at - 1]!];
      if (infoBefore > info || (infoBefore === info && valueBefore >= value)) break;
      row[at - 2] = info;
      row[at - 1] = value;
      row[at] = infoBefore;
      row[at + 1] = valueBefore;
    }
  }
}

function isLess(a: Int32Array, b: Int32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]!;
  return false;
}

function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1)
    .flatMap((rest) => Array.from({ length: count }, (_, at) => rest.toSpliced(at, 0, count - 1)))
    .sort((a, b) => (a.join() < b.join() ? -1 : 1));
}
