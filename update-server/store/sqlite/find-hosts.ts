import { setImmediate as breathe } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { HostFilter } from '../../../protocol/api/dashboard.ts';
import type { HostState, HostSummary } from '../../../protocol/api/operator.ts';
import { hostState, isInState, seenIn } from '../../../protocol/rules/host-state.ts';
import type { FleetStore } from '../interface/fleet.ts';
import { readSummary, type SummaryRow, summaryColumns } from './host-rows.ts';
import type { WatchClock } from './watch-clock.ts';

/** Hosts looked at in one go, some milliseconds. */
const atOnce = 2000;

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

/** Finds hosts by walking all of them in the order of their ids, in portions: indexes for it would cost every check-in. */
export function findHostsStore(db: Database.Database, watch: WatchClock): Pick<FleetStore, 'findHosts'> {
  // the rule itself, so that a list and what it shows of each host can never differ
  db.function('is_in_state', { deterministic: true }, isInStateSql);
  const statements = new Map<string, Database.Statement<[object], SummaryRow>>();
  const endOf = db
    .prepare<[string], string>(
      `SELECT id FROM enrolled_host WHERE id > ? ORDER BY id LIMIT 1 OFFSET ${atOnce - 1}`,
    )
    .pluck();

  function search(filter: HostFilter): Database.Statement<[object], SummaryRow> {
    const where = conditionsOf(filter);
    const found = statements.get(where);
    if (found) return found;
    const made = db.prepare<[object], SummaryRow>(
      `SELECT ${summaryColumns} FROM host WHERE id > @after AND id <= @end AND ${where} ORDER BY id LIMIT @limit`,
    );
    statements.set(where, made);
    return made;
  }

  return {
    async findHosts({ query = '', ...filter }, after, limit) {
      const statement = search(query ? { query, ...filter } : filter);
      const words = { start: `${literal(query)}%`, part: `%${literal(query)}%` };
      const { ms } = watch.now();
      const hosts: HostSummary[] = [];
      for (let from = after; hosts.length < limit; ) {
        const end = endOf.get(from);
        const place = { after: from, end: end ?? '\u{10ffff}', limit: limit - hosts.length };
        hosts.push(
          ...statement.all({ ...filter, ...words, ...place, ms }).map((row) => readSummary(row, ms)),
        );
        if (end === undefined) break;
        from = end;
        await breathe();
      }
      return hosts;
    },
  };
}

function conditionsOf({ state, flag, ...filter }: HostFilter): string {
  const named = Object.keys(filter) as (keyof typeof filter)[];
  const conditions = named.filter((name) => filter[name] !== undefined).map((name) => fields[name]);
  return [
    ...conditions,
    ...(state ? ['is_in_state(@state, decision, seen_ms, @ms, standing)'] : []),
    ...(flag ? [flags[flag]] : []),
    'TRUE',
  ].join(' AND ');
}

function literal(text: string): string {
  return text.replace(/[!%_]/g, '!$&');
}

function isInStateSql(
  wanted: HostState,
  decision: HostSummary['decision'],
  seenMs: number | null,
  watchedMs: number,
  standing: string | null,
): number {
  return Number(isInState(wanted, hostState(decision, seenIn(seenMs, watchedMs), standing), standing));
}
