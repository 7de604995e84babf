import { setImmediate as breathe } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { hostState, silentMs } from '../../desk/host-state.ts';
import { activeMs } from '../../rollout/rollout.ts';
import type { DeskStore, SurveyRow } from '../desk.ts';

/** Hosts counted in one go, some milliseconds. */
const atOnce = 4000;
const seen = ['never', 'long ago', 'long ago', 'lately'] as const;

type Row = Pick<SurveyRow, 'name' | 'channel' | 'arch' | 'version' | 'decision' | 'hosts'> & {
  approved: number;
  cloned: number;
  /** Never, long ago, in 14 days, in one. */
  seen: 0 | 1 | 2 | 3;
};

/** Counts hosts by what they are, in portions: indexes for it would cost every check-in. */
export function surveyStore(db: Database.Database): Pick<DeskStore, 'survey'> {
  const last = db.prepare<[], number>('SELECT coalesce(max(number), 0) FROM enrolled_host').pluck();
  const count = db.prepare<{ from: number; to: number; day: string; fortnight: string }, Row>(
    `SELECT name, channel, arch, version, decision, approved, cloned,
       CASE WHEN last_seen IS NULL THEN 0 WHEN last_seen < @fortnight THEN 1 WHEN last_seen < @day THEN 2 ELSE 3 END AS seen,
       count(*) AS hosts
     FROM host WHERE number > @from AND number <= @to GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`,
  );
  return {
    async survey(now) {
      const day = new Date(now.getTime() - silentMs).toISOString();
      const fortnight = new Date(now.getTime() - activeMs).toISOString();
      const sums = new Map<string, SurveyRow>();
      const end = last.get()!;
      for (let from = 0; from < end; from += atOnce) {
        if (from > 0) await breathe();
        for (const row of count.all({ from, to: from + atOnce, day, fortnight })) add(sums, row);
      }
      return [...sums.values()];
    },
  };
}

function add(sums: Map<string, SurveyRow>, { hosts, ...row }: Row): void {
  const key = JSON.stringify(row);
  const sum = sums.get(key);
  if (sum) sum.hosts += hosts;
  else sums.set(key, { ...read(row), hosts });
}

function read({ seen: when, approved, cloned, ...row }: Omit<Row, 'hosts'>): Omit<SurveyRow, 'hosts'> {
  const state = hostState(row.decision, seen[when]);
  return { ...row, state, active: when >= 2, approved: approved !== 0, cloned: cloned !== 0 };
}
