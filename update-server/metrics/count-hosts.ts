import { performance } from 'node:perf_hooks';
import { goodForMs } from '../cache/cache-results.ts';
import type { HostCount } from '../domain/fleet/overview.ts';
import type { Store } from '../store/interface/store.ts';

/** Counts the fleet; `maxAgeMs` is how old a count may be. */
export type CountHosts = (maxAgeMs?: number) => Promise<readonly HostCount[]>;

/** Keeps the last count; calls at the same time share one. */
export function openHostCounts({ store, now }: { store: Store; now(): Date }): CountHosts {
  let rows: readonly HostCount[] = [];
  let madeMs = Number.NEGATIVE_INFINITY;
  let tookMs = 0;
  let counting: Promise<readonly HostCount[]> | undefined;

  async function count(): Promise<readonly HostCount[]> {
    const began = performance.now();
    try {
      rows = await store.countHosts(now());
      madeMs = performance.now();
      tookMs = madeMs - began;
      return rows;
    } finally {
      counting = undefined;
    }
  }

  return async (maxAgeMs = 0) => {
    const goodMs = Math.max(maxAgeMs, goodForMs(tookMs));
    if (performance.now() - madeMs < goodMs) return rows;
    counting ??= count();
    return counting;
  };
}
