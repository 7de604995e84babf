/** Whether this host may go down now, by its own windows. */
export type Opening =
  | { isOpen: true }
  /** `next`: when it opens; null when that is not known, because the clock is not. */
  | { isOpen: false; next: string | null; reason: string; code?: 'clock_behind' | 'clock_unsure' };

/** The hours in which this host may go down or run tasks. */
export interface CalendarPort {
  opening(now: Date): Promise<Opening>;
}
