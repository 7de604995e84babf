import { setImmediate as breathe } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { HostFilter } from '../../../protocol/api/dashboard.ts';
import type { HostState, HostSummary } from '../../../protocol/api/operator.ts';
import { hostState, isInState } from '../../../protocol/rules/host-state.ts';
import { type LastWord, seenIn } from '../../domain/hosts/silence.ts';
import { conditionsOf } from './host-conditions.ts';
import type { WatchClock } from './watch-clock.ts';

/** Hosts looked at in one go, some milliseconds. */
const atOnce = 4000;

/** What a walk sees of each host: its id, the columns that were asked for as `key`, and its state. */
export interface Walked {
  id: string;
  key: string | null;
  state: HostState;
}

type Row = Omit<Walked, 'state'> &
  LastWord & {
    decision: HostSummary['decision'];
    standing: string | null;
  };

/** Visits every host that fits, in portions that let other work through: indexes for it would cost every check-in. */
export function hostWalker(
  db: Database.Database,
  watch: WatchClock,
): (filter: HostFilter, key: string, visit: (host: Walked) => void) => Promise<void> {
  const last = db.prepare<[], number>('SELECT coalesce(max(number), 0) FROM enrolled_host').pluck();
  const statements = new Map<string, Database.Statement<[object], Row>>();

  /** Every text is prepared once. */
  function prepare(key: string, where: string): Database.Statement<[object], Row> {
    const text = `SELECT id, ${key} AS key, decision, seen_ms AS seenMs, standing, at, poll FROM host
      WHERE number > @from AND number <= @to AND ${where}`;
    const statement = statements.get(text) ?? db.prepare<[object], Row>(text);
    statements.set(text, statement);
    return statement;
  }

  return async (filter, key, visit) => {
    const { where, values } = conditionsOf(filter);
    const portion = prepare(key, where);
    const watched = watch.now();
    const end = last.get()!;
    for (let from = 0; from < end; from += atOnce) {
      if (from > 0) await breathe();
      for (const row of portion.all({ ...values, from, to: from + atOnce })) {
        const { id, key: found, decision, standing } = row;
        const state = hostState(decision, seenIn(row, watched), standing);
        if (!filter.state || isInState(filter.state, state, standing)) visit({ id, key: found, state });
      }
    }
  };
}
