import { isSilentSql } from '../../domain/hosts/silence.ts';
import type { StandFacts } from '../../domain/rollout/count-hosts.ts';
import { readJson } from './read-json.ts';

/** What of a host decides whether a rollout waits for it, as a row has it. */
export type StandRow = Record<'held' | 'cloned' | 'approved' | 'away', number> &
  Pick<StandFacts, 'version' | 'pinned'> & { failed: string; cancelled: string };

/** Its columns; they take `@nowMs` and `@sinceMs`. */
export const standColumns = `version, failed, cancelled, held, pinned, cloned, approved,
  (${isSilentSql} OR standing IS 'silent') AS away`;

/** The facts in a row. */
export function readStand(row: StandRow): StandFacts {
  return {
    version: row.version,
    pinned: row.pinned,
    failed: readJson<string[]>(row.failed, []),
    cancelled: readJson<string[]>(row.cancelled, []),
    held: row.held !== 0,
    cloned: row.cloned !== 0,
    approved: row.approved !== 0,
    away: row.away !== 0,
  };
}
