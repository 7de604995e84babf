import { setImmediate as breathe } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { hostState } from '../../../protocol/rules/host-state.ts';
import type { HostCount } from '../../domain/fleet/overview.ts';
import { isSilentSql } from '../../domain/hosts/silence.ts';
import { activeMs } from '../../domain/rollout/rollout.ts';
import type { FleetStore } from '../interface/fleet.ts';
import type { WatchClock } from './watch-clock.ts';

/** Hosts counted in one go, some milliseconds. */
const atOnce = 4000;
const seen = ['never', 'long ago', 'long ago', 'lately'] as const;

type Row = Pick<HostCount, 'name' | 'channel' | 'arch' | 'version' | 'decision' | 'hosts'> & {
  approved: number;
  cloned: number;
  inTrouble: number;
  held: number;
  pinned: number;
  standing: string | null;
  /** Never, not in 14 days, silent, lately. */
  seen: 0 | 1 | 2 | 3;
};

/** Counts hosts by what they are, in portions: indexes for it would cost every check-in. */
export function countStore(db: Database.Database, watch: WatchClock): Pick<FleetStore, 'countHosts'> {
  const last = db.prepare<[], number>('SELECT coalesce(max(number), 0) FROM enrolled_host').pluck();
  const count = db.prepare<
    { from: number; to: number; nowMs: number; sinceMs: number; fortnight: number },
    Row
  >(
    `SELECT name, channel, arch, version, decision, approved, cloned, trouble IS NOT NULL AS inTrouble, held,
       pinned IS NOT NULL AS pinned,
       CASE WHEN seen_ms IS NULL THEN 0 WHEN seen_ms < @fortnight THEN 1 WHEN ${isSilentSql} THEN 2 ELSE 3 END AS seen,
       standing,
       count(*) AS hosts
     FROM host WHERE number > @from AND number <= @to GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12`,
  );
  return {
    async countHosts() {
      const { ms: nowMs, sinceMs } = watch.now();
      const fortnight = nowMs - activeMs;
      const sums = new Map<string, HostCount>();
      const end = last.get()!;
      for (let from = 0; from < end; from += atOnce) {
        if (from > 0) await breathe();
        for (const row of count.all({ from, to: from + atOnce, nowMs, sinceMs, fortnight })) add(sums, row);
      }
      return [...sums.values()];
    },
  };
}

function add(sums: Map<string, HostCount>, { hosts, ...row }: Row): void {
  const key = JSON.stringify(row);
  const sum = sums.get(key);
  if (sum) sum.hosts += hosts;
  else sums.set(key, { ...read(row), hosts });
}

function read({
  seen: when,
  approved,
  cloned,
  inTrouble,
  held,
  pinned,
  standing,
  ...row
}: Omit<Row, 'hosts'>): Omit<HostCount, 'hosts'> {
  const state = hostState(row.decision, seen[when], standing);
  const marks = {
    ...{ approved: approved !== 0, cloned: cloned !== 0, inTrouble: inTrouble !== 0 },
    ...{ held: held !== 0, pinned: pinned !== 0 },
  };
  return { ...row, ...marks, state, active: when >= 2 };
}
