import type { HostSummary } from '../../../protocol/operator.ts';
import { readJson } from './read-json.ts';

/** The columns of a host as lists show it. */
export const summaryColumns = `id, hostname, name, arch, channel, coalesce(placed, grp) AS "group", version, at, last_seen AS lastSeen,
    held, pinned, approved, cloned, decision, offered, trouble`;

interface Flags {
  held: boolean;
  approved: boolean;
  cloned: boolean;
}
/** SQLite knows neither booleans nor objects. */
export interface SummaryRow extends Omit<HostSummary, keyof Flags | 'trouble'>, Record<keyof Flags, number> {
  trouble: string | null;
}

/** Makes them of a row. */
export function readSummary<T extends SummaryRow>(
  row: T,
): Omit<T, keyof Flags | 'trouble'> & Flags & Pick<HostSummary, 'trouble'> {
  return {
    ...row,
    held: row.held !== 0,
    approved: row.approved !== 0,
    cloned: row.cloned !== 0,
    trouble: readJson<HostSummary['trouble']>(row.trouble, null),
  };
}
