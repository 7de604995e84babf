import { Command } from 'commander';
import { expect, test } from 'vitest';
import { csvOf, formatList } from '../../../system/list/format-list.ts';
import type { List } from '../../../system/list/list.ts';
import { addListFlags, type ListFlags, readListFlags } from '../../../system/list/list-flags.ts';
import { sortRows } from '../../../system/list/sort-rows.ts';

interface Row {
  id: string;
  version: string | null;
  hosts: number;
  seen: string;
  why: string;
}
const list: List<Row> = {
  none: 'no rows yet',
  columns: [
    { name: 'id', kind: 'id', value: ({ id }) => id },
    { name: 'version', kind: 'version', value: ({ version }) => version },
    { name: 'hosts', kind: 'count', value: ({ hosts }) => hosts },
    { name: 'last-seen', kind: 'time', value: ({ seen }) => seen, isWide: true },
    { name: 'why', kind: 'text', value: ({ why }) => why },
  ],
};
const seen = '2026-03-01T22:05:31.000Z';
const rows: Row[] = [
  { id: '1b4e28ba-0000-4000', version: '1.10.0', hosts: 9, seen, why: '=1+1; "quoted", and long '.repeat(4) },
  { id: '1b4e28bb-0000-4000', version: null, hosts: 2, seen, why: '' },
  { id: '1b4e28ba-1111-4000', version: '1.9.0', hosts: 100, seen, why: 'held' },
];
const hostsIn = (given: readonly Row[]) => given.map(({ hosts }) => hosts);
const shown = (flags: ListFlags, width: number) => {
  const chosen = readListFlags(list, flags);
  return formatList(list, sortRows(rows, chosen.order), chosen, width).split('\n');
};

test('versions sort as versions, numbers as numbers, and what is absent comes last', () => {
  const by = (sort: string) => hostsIn(sortRows(rows, readListFlags(list, { sort }).order));
  expect(by('version')).toEqual([100, 9, 2]);
  expect(by('version:desc')).toEqual([9, 100, 2]);
  expect(by('hosts:desc')).toEqual([100, 9, 2]);
  expect(by('hosts')).toEqual([2, 9, 100]);
});

test('on a terminal ids are as short as tells them apart, and text alone is cut', () => {
  const lines = shown({}, 60);
  expect(lines[0]).toMatch(/^ID +VERSION +HOSTS +WHY$/);
  expect(lines[1]).toMatch(/^1b4e28ba-0 +1\.10\.0 +9 +=1\+1.*…$/);
  expect(lines[2]).toMatch(/^1b4e28bb-0 +- +2 +-$/);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
});

test('without a terminal, and in a wide table, everything is whole', () => {
  for (const lines of [shown({}, Number.POSITIVE_INFINITY), shown({ output: 'wide' }, 40)]) {
    expect(lines).toHaveLength(4);
    expect(lines[1]).toContain('1b4e28ba-0000-4000');
    expect(lines[1]?.endsWith(rows[0]!.why.trimEnd())).toBe(true);
  }
});

test('where a terminal is too narrow, spare columns are left out by name, and paragraphs come last', () => {
  const [id, , ...others] = list.columns;
  const narrow: List<Row> = {
    ...list,
    columns: [id!, { name: 'image', value: () => 'an-image-of-some-length', isSpare: true }, ...others],
  };
  const at = (width: number, flags: ListFlags = {}) =>
    formatList(narrow, rows, readListFlags(narrow, flags), width);
  expect(at(60)).toContain('IMAGE');
  expect(at(50)).not.toContain('IMAGE');
  expect(at(50)).toMatch(/\n\(left out for want of width: image\)$/);
  expect(at(24)).toMatch(/^ID +1b4e28ba-0\nIMAGE +an-image-of-some-length\n/);
  expect(at(40, { columns: 'id,image,hosts' })).toMatch(/^ID +1b4e28ba-0\nIMAGE/);
  for (const line of at(50).split('\n')) expect(line.length).toBeLessThanOrEqual(50);
});

test('columns are chosen by name, in the order of the names, and the header can be left out', () => {
  const wide = Number.POSITIVE_INFINITY;
  expect(shown({ columns: 'hosts,version', header: false, sort: 'hosts' }, wide)).toEqual(
    ['    2  -', '    9  1.10.0', '  100  1.9.0'].map((line) => line.slice(2)),
  );
});

test.each([
  [{ columns: 'vesion' }, /no column vesion; did you mean version\?/],
  [{ sort: 'xyz' }, /no column xyz; use id, version, hosts, last-seen, why/],
  [{ sort: 'hosts:up' }, /give COLUMN, COLUMN:asc or COLUMN:desc/],
  [{ columns: 'id', json: true }, /JSON has all fields/],
] as const)('%o is refused with what to type', (flags, message) => {
  expect(() => readListFlags(list, flags)).toThrow(message);
});

test('CSV has every column, the server’s own times, and no formulas', () => {
  const [header, first] = csvOf(rows, readListFlags(list, { output: 'csv' }));
  expect(header).toBe('id,version,hosts,last-seen,why');
  expect(first).toMatch(/^1b4e28ba-0000-4000,1\.10\.0,9,2026-03-01T22:05:31\.000Z,"'=1\+1; ""quoted"", and/);
});

test('an empty table is a sentence for people and nothing for programs', () => {
  expect(formatList(list, [], readListFlags(list, {}))).toBe('no rows yet');
  expect(formatList(list, [], readListFlags(list, { header: false }))).toBe('');
});

test('the flags name the columns', () => {
  const command = addListFlags(new Command('list'), list);
  expect(command.helpInformation()).toContain('last-seen');
});
