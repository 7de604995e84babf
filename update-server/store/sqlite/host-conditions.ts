import type { HostFilter } from '../../../protocol/api/dashboard.ts';
import { parseSelector } from '../../../protocol/schema/labels.ts';

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

/** A filter as a condition with its values; the state is none, since it follows from a rule. */
export interface Conditions {
  where: string;
  values: Record<string, string>;
}

/** Puts a filter into SQL. */
export function conditionsOf({ query, flag, label, state: _, ...filter }: HostFilter): Conditions {
  const given = Object.entries({ ...(query ? { query } : {}), ...filter }).filter(([, value]) => value);
  const wanted = label ? parseSelector(label) : [];
  const conditions = [
    ...given.map(([name]) => fields[name as keyof typeof fields]),
    ...(flag ? [flags[flag]] : []),
    ...wanted.map(
      ({ value }, at) => `labels ->> @key${at} ${value === null ? 'IS NOT NULL' : `= @value${at}`}`,
    ),
  ];
  const words = query ? { start: `${literal(query)}%`, part: `%${literal(query)}%` } : {};
  const labels = wanted.flatMap(({ key, value }, at) => [
    // a key may have dots and slashes, which a path of SQLite takes in quotes
    [`key${at}`, `$."${key}"`],
    ...(value === null ? [] : [[`value${at}`, value]]),
  ]);
  return {
    where: conditions.join(' AND ') || 'TRUE',
    values: { ...Object.fromEntries(given), ...words, ...Object.fromEntries(labels) },
  };
}

function literal(text: string): string {
  return text.replace(/[!%_]/g, '!$&');
}
