import type { Space } from './payload.ts';

/** Old bytes from `from` on, or, where `space` is null, the next `length` bytes of the inserts. */
export interface PatchStep {
  space: Space | null;
  from: number;
  length: number;
}

/**
 * What a host does for a patch is bounded by the bytes it yields, whatever the blob says: so many steps, and so many
 * places of old bytes that are read for them. The builder makes no patch beyond that, and the agent refuses it.
 */
export function maxSteps(length: number): number {
  return 4096 + Math.floor(length / 8);
}

/** Places that the short steps of a patch may read at. */
export function maxPlaces(length: number): number {
  return 4096 + Math.floor(length / 512);
}

/** Old bytes that are read at once, for all short steps that begin there. */
export const placeLength = 64 * 1024;

/** Steps as long as this are read by themselves, straight to where they go. */
export const longStep = placeLength / 2;

/** Whether a patch that yields `length` bytes would ask more of a host than it does. */
export function isTooScattered(steps: readonly PatchStep[], length: number): boolean {
  const places = new Set<string>();
  for (const step of steps) {
    if (step.space !== null && step.length < longStep)
      places.add(`${step.space} ${Math.floor(step.from / placeLength)}`);
  }
  return steps.length > maxSteps(length) || places.size > maxPlaces(length);
}
