const firstMs = 500;
const longestMs = 30_000;

/** Milliseconds to wait after `failures` failures in a row: doubling, capped, and spread so that a fleet does not return as one. */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const most = Math.min(longestMs, firstMs * 2 ** Math.max(0, failures - 1));
  return Math.round(most / 2 + (random() * most) / 2);
}
