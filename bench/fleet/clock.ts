/** Time that runs `factor` times as fast as the wall's, the same in every process of a run. */
export interface FastClock {
  now(): Date;
  /** Wall milliseconds until a time of this clock. */
  wallMsUntil(time: number): number;
}

/** Starts at `begin` when the wall shows `wall`, both in milliseconds since 1970. */
export function fastClock(begin: number, wall: number, factor: number): FastClock {
  const now = () => begin + (Date.now() - wall) * factor;
  return { now: () => new Date(now()), wallMsUntil: (time) => (time - now()) / factor };
}
