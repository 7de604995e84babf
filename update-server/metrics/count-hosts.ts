import { performance } from 'node:perf_hooks';
import { goodForMs } from '../cache/cache-results.ts';
import type { HostCount } from '../domain/fleet/overview.ts';
import type { Ports } from '../routing/ports.ts';

/** Counts the fleet for everybody who asks; whoever can live with an older count says how old. */
export type Surveyor = (maxAgeMs?: number) => Promise<readonly HostCount[]>;

/** Keeps the last count, and lets those who ask at once share one. */
export function openSurveyor({ store, now }: Pick<Ports, 'store' | 'now'>): Surveyor {
  let rows: readonly HostCount[] = [];
  let madeMs = Number.NEGATIVE_INFINITY;
  let tookMs = 0;
  let counting: Promise<readonly HostCount[]> | undefined;

  async function count(): Promise<readonly HostCount[]> {
    const began = performance.now();
    try {
      rows = await store.survey(now());
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
