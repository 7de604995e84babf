import { setImmediate as breathe } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { HostFilter } from '../../../protocol/api/dashboard.ts';
import type { HostState, HostSummary } from '../../../protocol/api/operator.ts';
import { hostState, isInState, seenIn } from '../../../protocol/rules/host-state.ts';
import { parseSelector, type WantedLabel } from '../../../protocol/schema/labels.ts';
import type { FleetStore } from '../interface/fleet.ts';
import { readSummary, type SummaryRow, summaryColumns } from './host-rows.ts';
import type { WatchClock } from './watch-clock.ts';

/** Hosts looked at in one go, some milliseconds; the first go is small, because most lists are full after it. */
const atOnce = { first: 200, most: 2000 };

const flags: Record<NonNullable<HostFilter['flag']>, string> = {
  held: 'held = 1',
  pinned: 'pinned IS NOT NULL',
  cloned: 'cloned = 1',
  unapproved: 'approved = 0',
  in_trouble: 'trouble IS NOT NULL',
};
const fields = {
  query: `(id LIKE @start ESCAPE '!' OR version LIKE @start ESCAPE '!' OR hostname LIKE @part ESCAPE '!')`,
  name: 'name = @name',
  channel: 'channel = @channel',
  arch: 'arch = @arch',
  version: 'version = @version',
  group: 'coalesce(placed, grp) = @group',
  reason: 'decision = @reason',
} as const;

/** What a host's state follows from. */
type StateFacts = [
  id: string,
  decision: HostSummary['decision'],
  seenMs: number | null,
  standing: string | null,
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
  function findInState(state: HostState, where: string, values: { limit: number }, ms: number): SummaryRow[] {
    const walk = search('id, decision, seen_ms, standing', where).raw() as Statement<unknown>;
    const ids = (walk.all(values) as StateFacts[])
      .filter(([, decision, seenMs, standing]) =>
        isInState(state, hostState(decision, seenIn(seenMs, ms), standing), standing),
      )
      .slice(0, values.limit)
      .map(([id]) => id);
    return ids.length > 0 ? byIds.all(JSON.stringify(ids)) : [];
  }

  return {
    async findHosts({ query = '', state, label, ...filter }, after, limit) {
      const wanted = label ? parseSelector(label) : [];
      const where = [conditionsOf(query ? { query, ...filter } : filter), ...wanted.map(hasLabel)].join(
        ' AND ',
      );
      const words = { start: `${literal(query)}%`, part: `%${literal(query)}%` };
      const { ms } = watch.now();
      const hosts: HostSummary[] = [];
      let size = atOnce.first;
      for (let from = after; hosts.length < limit; size = Math.min(2 * size, atOnce.most)) {
        const end = endOf.get(from, size);
        const portion = { after: from, end: end ?? '\u{10ffff}', limit: limit - hosts.length };
        const values = { ...filter, ...words, ...labelValues(wanted), ...portion };
        const rows = state
          ? findInState(state, where, values, ms)
          : search(summaryColumns, where, 'LIMIT @limit').all(values);
        hosts.push(...rows.map((row) => readSummary(row, ms)));
        if (end === undefined) break;
        from = end;
        await breathe();
      }
      return hosts;
    },
  };
}

function conditionsOf({ flag, ...filter }: Omit<HostFilter, 'state' | 'label'>): string {
  const named = Object.keys(filter) as (keyof typeof filter)[];
  const conditions = named.filter((name) => filter[name] !== undefined).map((name) => fields[name]);
  return [...conditions, ...(flag ? [flags[flag]] : []), 'TRUE'].join(' AND ');
}

/** A label's key may have dots and slashes, which a path of SQLite takes in quotes. */
function hasLabel({ value }: WantedLabel, at: number): string {
  return `labels ->> @key${at} ${value === null ? 'IS NOT NULL' : `= @value${at}`}`;
}

function labelValues(wanted: readonly WantedLabel[]): Record<string, string> {
  return Object.fromEntries(
    wanted.flatMap(({ key, value }, at): [string, string][] => [
      [`key${at}`, `$."${key}"`],
      ...(value === null ? [] : [[`value${at}`, value] as [string, string]]),
    ]),
  );
}

function literal(text: string): string {
  return text.replace(/[!%_]/g, '!$&');
}
