import type { Rollout } from './rollout.ts';

/** What many rollouts add up to. */
export class RolloutHosts {
  rollouts = 0;
  hosts = 0;
  readonly faultCounts: number[] = [];
  readonly sizes: number[] = [];
  readonly faults = new Map<string, number>();
  readonly violations: Rollout[] = [];
  /** Rollouts that did not end in fourteen simulated days. */
  readonly unfinished: Rollout[] = [];

  add(rollout: Rollout): void {
    this.rollouts++;
    this.hosts += rollout.hosts;
    this.faultCounts.push(rollout.faultCount);
    this.sizes.push(rollout.hosts);
    for (const [name, count] of Object.entries(rollout.faults)) {
      this.faults.set(name, (this.faults.get(name) ?? 0) + count);
    }
    if (rollout.violation) this.violations.push(rollout);
    else if (rollout.minutes === null) this.unfinished.push(rollout);
  }

  get medianFaults(): number {
    return this.faultCounts.toSorted((a, b) => a - b)[this.faultCounts.length >> 1] ?? 0;
  }
}

/** Lines of a histogram: bounds, count, bar. */
export function histogram(values: readonly number[], width: number): string[] {
  const counts = new Map<number, number>();
  for (const value of values) {
    const bin = Math.floor(value / width) * width;
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  const most = Math.max(1, ...counts.values());
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([bin, count]) => {
      const range = width === 1 ? `${bin}` : `${bin}–${bin + width - 1}`;
      return `${range.padStart(7)} ${String(count).padStart(6)} ${'█'.repeat(Math.ceil((count / most) * 40))}`;
    });
}
