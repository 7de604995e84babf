import type { HostSort } from '../../../protocol/api/hosts.ts';
import type { HostState } from '../../../protocol/api/operator.ts';
import { compareVersions } from '../../../protocol/text/version.ts';

/** A host as far as its place in a list depends on it. */
export interface Placed {
  id: string;
  key: string;
}

/** What needs a person comes first. */
const states: readonly HostState[] = ['failed', 'silent', 'held', 'updating', 'waiting', 'new', 'up_to_date'];
const natural = new Intl.Collator('en', { numeric: true });

/** What a state is sorted by: how much it needs a person. */
export function stateKey(state: HostState): string {
  return String(states.indexOf(state));
}

/** The order of a list; hosts that are alike go by their ids, so that every host has one place. */
export function orderOf(sort: HostSort, isDescending: boolean): (a: Placed, b: Placed) => number {
  const compare = sort === 'version' ? compareVersions : sort === 'seen' ? plain : natural.compare;
  const sign = isDescending ? -1 : 1;
  return (a, b) => sign * compare(a.key, b.key) || plain(a.id, b.id);
}

function plain(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Keeps the first few of many, in order, without keeping all: no more than twice as many are in memory. */
export function firstOf<T>(few: number, compare: (a: T, b: T) => number): { add(one: T): void; all(): T[] } {
  let kept: T[] = [];
  let worst: T | undefined;
  const cut = () => {
    kept = kept.toSorted(compare).slice(0, few);
    worst = kept.length === few ? kept.at(-1) : undefined;
  };
  return {
    add(one) {
      if (worst !== undefined && compare(one, worst) >= 0) return;
      kept.push(one);
      if (kept.length >= 2 * few) cut();
    },
    all() {
      cut();
      return kept;
    },
  };
}
