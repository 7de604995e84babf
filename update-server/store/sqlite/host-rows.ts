import type { HostSummary } from '../../../protocol/api/operator.ts';
import { hostState } from '../../../protocol/rules/host-state.ts';
import type { Labels } from '../../../protocol/schema/labels.ts';
import { seenIn } from '../../domain/hosts/silence.ts';
import type { Watched } from '../../domain/rollout/watched.ts';
import { readJson } from './read-json.ts';

/** The columns of a host as lists show it. */
export const summaryColumns = `id, hostname, name, arch, channel, coalesce(placed, grp) AS "group", version, at, last_seen AS lastSeen,
    placed, held, pinned, approved, cloned, decision, offered, trouble, labels, seen_ms AS seenMs, poll, standing AS standingIs,
    standing_version AS standingVersion, standing_since AS standingSince`;

interface Flags {
  held: boolean;
  approved: boolean;
  cloned: boolean;
}
/** What a row has in columns of its own, and a summary in fields with parts. */
interface Own {
  seenMs: number | null;
  poll: number | null;
  standingIs: string | null;
  standingVersion: string | null;
  standingSince: string | null;
}
type Made = 'labels' | 'trouble' | 'state' | 'standing';
/** SQLite knows neither booleans nor objects. */
export interface SummaryRow extends Omit<HostSummary, keyof Flags | Made>, Record<keyof Flags, number>, Own {
  trouble: string | null;
  labels: string;
}

/** Makes them of a row. */
export function readSummary<T extends SummaryRow>(
  row: T,
  watched: Watched,
): Omit<T, keyof Flags | Made | keyof Own> & Flags & Pick<HostSummary, Made> {
  const { seenMs, poll, standingIs: is, standingVersion: version, standingSince: since, ...rest } = row;
  return {
    ...rest,
    held: row.held !== 0,
    approved: row.approved !== 0,
    cloned: row.cloned !== 0,
    state: hostState(row.decision, seenIn({ ...row, seenMs, poll }, watched), is),
    standing: is && version && since ? { is, version, since } : null,
    labels: readJson<Labels>(row.labels, {}),
    trouble: readJson<HostSummary['trouble']>(row.trouble, null),
  };
}
