import type { HostSummary } from '../../../protocol/operator.ts';

/** The columns of a host as lists show it. */
export const summaryColumns = `id, hostname, name, arch, channel, coalesce(placed, grp) AS "group", version, at, last_seen AS lastSeen,
    held, pinned, approved, cloned, decision, offered`;

interface Flags {
  held: boolean;
  approved: boolean;
  cloned: boolean;
}
/** SQLite knows no booleans. */
export type FlagColumns = Record<keyof Flags, number>;
export interface SummaryRow extends Omit<HostSummary, keyof Flags>, FlagColumns {}

/** Makes booleans of them. */
export function readFlags<T extends FlagColumns>(row: T): Omit<T, keyof Flags> & Flags {
  return { ...row, held: row.held !== 0, approved: row.approved !== 0, cloned: row.cloned !== 0 };
}
