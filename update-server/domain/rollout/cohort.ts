import { createHash } from 'node:crypto';

/** Cohorts of a release: a percent is a hundred of them. */
export const cohorts = 10_000;

/**
 * A host's place in the order in which a release reaches the fleet, 0 to 9999: salted with the release, so
 * that a different tenth goes first each time, and without a denominator, so that offline hosts do not matter.
 */
export function cohortOf(host: string, release: string): number {
  const digest = createHash('sha256').update(`${release}/${host}`).digest();
  return Math.floor((digest.readUInt32BE(0) / 2 ** 32) * cohorts);
}
