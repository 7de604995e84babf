/**
 * The time this server watched over, in milliseconds since its database was made: only what ticks covered. Neither its
 * absence nor a clock that jumps is in it, so neither is anybody's silence.
 */
export interface Watched {
  ms: number;
  /** What it was when this process began to watch. */
  sinceMs: number;
}

/** How often time is looked at; what happened between two ticks is dated by the earlier one. */
export const tickMs = 10_000;
/** Most that one tick may cover: a process that stood still did not listen. */
export const tickCoversMs = 60_000;
/** Once the server is back, every host has at least some polls to be in contact again. */
const graceMs = 15 * 60_000;

/** Hosts whose last contact is in this span are silent; it is empty if it ends before it begins. */
export function silentSpan({ ms, sinceMs }: Watched, silentAfterMs: number): { from: number; to: number } {
  const isGraceOver = ms - sinceMs >= Math.max(silentAfterMs, graceMs);
  // nobody is silent too early
  return { from: isGraceOver ? 0 : sinceMs, to: ms - silentAfterMs - tickMs };
}
