import { setImmediate as breathe } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { HostState, HostSummary } from '../../../protocol/api/operator.ts';
import { hostState, isInState } from '../../../protocol/rules/host-state.ts';
import { seenIn } from '../../domain/hosts/silence.ts';
import type { Watched } from '../../domain/rollout/watched.ts';
import type { FleetStore } from '../interface/fleet.ts';
import { conditionsOf } from './host-conditions.ts';
import { readSummary, type SummaryRow, summaryColumns } from './host-rows.ts';
import type { WatchClock } from './watch-clock.ts';

/** Hosts looked at in one go, some milliseconds; the first go is small, because most lists are full after it. */
const atOnce = { first: 200, most: 2000 };

/** What a host's state follows from. */
type StateFacts = [
  id: string,
  decision: HostSummary['decision'],
  seenMs: number | null,
  standing: string | null,
  at: string | null,
  poll: number | null,
];
type Statement<T> = Database.Statement<[object], T>;

/** Finds hosts by walking all of them in the order of their ids, in portions: indexes for it would cost every check-in. */
export function findHostsStore(db: Database.Database, watch: WatchClock): Pick<FleetStore, 'findHosts'> {
  const statements = new Map<string, Statement<SummaryRow>>();
  const endOf = db
    .prepare<[string, number], string>(
      'SELECT id FROM enrolled_host WHERE id > ? ORDER BY id LIMIT 1 OFFSET ? - 1',
    )
    .pluck();
  const byIds = db.prepare<[string], SummaryRow>(
    `SELECT ${summaryColumns} FROM host WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id`,
  );

  /** Every text is prepared once. */
  function search(columns: string, where: string, limit = ''): Statement<SummaryRow> {
    const text = `SELECT ${columns} FROM host WHERE id > @after AND id <= @end AND ${where} ORDER BY id ${limit}`;
    const statement = statements.get(text) ?? db.prepare<[object], SummaryRow>(text);
    statements.set(text, statement);
    return statement;
  }

  /** The rule itself picks them, so that a list and what it shows of each host never differ. */
  function findInState(
    state: HostState,
    where: string,
    values: { limit: number },
    watched: Watched,
  ): SummaryRow[] {
    const walk = search('id, decision, seen_ms, standing, at, poll', where).raw() as Statement<unknown>;
    const ids = (walk.all(values) as StateFacts[])
      .filter(([, decision, seenMs, standing, at, poll]) => {
        const seen = seenIn({ seenMs, decision, at, poll }, watched);
        return isInState(state, hostState(decision, seen, standing), standing);
      })
      .slice(0, values.limit)
      .map(([id]) => id);
    return ids.length > 0 ? byIds.all(JSON.stringify(ids)) : [];
  }

  return {
    async findHosts(filter, after, limit) {
      const { where, values: wanted } = conditionsOf(filter);
      const watched = watch.now();
      const hosts: HostSummary[] = [];
      let size = atOnce.first;
      for (let from = after; hosts.length < limit; size = Math.min(2 * size, atOnce.most)) {
        const end = endOf.get(from, size);
        const portion = { after: from, end: end ?? '\u{10ffff}', limit: limit - hosts.length };
        const values = { ...wanted, ...portion };
        const rows = filter.state
          ? findInState(filter.state, where, values, watched)
          : search(summaryColumns, where, 'LIMIT @limit').all(values);
        hosts.push(...rows.map((row) => readSummary(row, watched)));
        if (end === undefined) break;
        from = end;
        await breathe();
      }
      return hosts;
    },
  };
}
