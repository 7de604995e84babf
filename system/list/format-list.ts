import { csvRecord } from '../../protocol/text/csv.ts';
import { formatTime } from '../terminal/format-time.ts';
import { terminalWidth } from '../terminal/progress.ts';
import { fitsTable, formatTable, type Heading } from '../terminal/table.ts';
import type { Column, List, Value } from './list.ts';
import type { Chosen } from './list-flags.ts';

/** Digits of an id on a terminal, where they are enough to tell the rows apart. */
const fewestDigits = 8;

/** Rows as a table. Ids are short on a terminal and whole elsewhere; their start is enough for every verb. */
export function formatList<Row>(
  list: List<Row>,
  rows: readonly Row[],
  { columns, format, showsHeader }: Omit<Chosen<Row>, 'order'> = everything(list),
  width = terminalWidth(),
): string {
  if (rows.length === 0) return showsHeader ? list.none : '';
  const room = format === 'wide' ? Number.POSITIVE_INFINITY : width;
  const isBrief = Number.isFinite(room);
  const cells = new Map(columns.map((column) => [column, cellsOf(column, rows, isBrief)]));
  const tableOf = (shown: readonly Column<Row>[]) =>
    [shown.map(headingOf), rows.map((_, row) => shown.map((each) => cells.get(each)?.[row] ?? ''))] as const;
  let shown = columns;
  while (isBrief && !fitsTable(...tableOf(shown), room)) {
    const spare = shown.find(({ isSpare }) => isSpare);
    if (!spare) return formatTable(...tableOf(columns), room, showsHeader);
    shown = shown.filter((column) => column !== spare);
  }
  const out = columns.filter((column) => !shown.includes(column)).map(({ name }) => name);
  const note = out.length > 0 && showsHeader ? [`(left out for want of width: ${out.join(', ')})`] : [];
  return [formatTable(...tableOf(shown), room, showsHeader), ...note].join('\n');
}

/** Rows as CSV records: values as the server gives them, times in UTC. */
export function csvOf<Row>(rows: readonly Row[], { columns, showsHeader }: Chosen<Row>): string[] {
  const header = showsHeader ? [csvRecord(columns.map(({ name }) => name))] : [];
  return [...header, ...rows.map((row) => csvRecord(columns.map(({ value }) => value(row))))];
}

function everything<Row>({ columns }: List<Row>): Omit<Chosen<Row>, 'order'> {
  return { columns: columns.filter(({ isWide }) => !isWide), showsHeader: true, format: 'table' };
}

function headingOf<Row>({ name, kind }: Column<Row>): Heading {
  const title = name.toUpperCase().replaceAll('-', ' ');
  if (kind === 'count') return { title, kind: 'number' };
  return kind === 'text' ? { title, kind: 'text' } : title;
}

function cellsOf<Row>({ value, show, kind }: Column<Row>, rows: readonly Row[], isBrief: boolean): string[] {
  const values = rows.map(value);
  if (show) return rows.map((row) => show(row) || '-');
  const texts = values.map((each) => (isEmpty(each) ? '-' : textOf(each, kind)));
  if (kind !== 'id' || !isBrief) return texts;
  const digits = digitsNeeded(texts);
  return texts.map((text) => text.slice(0, digits));
}

function textOf(value: Value, kind: Column<unknown>['kind']): string {
  if (kind === 'time') return formatTime(String(value));
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}

function isEmpty(value: Value): boolean {
  return value === null || value === undefined || value === '';
}

function digitsNeeded(ids: readonly string[]): number {
  const all = new Set(ids);
  const longest = Math.max(...ids.map(({ length }) => length));
  for (let digits = fewestDigits; digits < longest; digits++) {
    if (new Set([...all].map((id) => id.slice(0, digits))).size === all.size) return digits;
  }
  return longest;
}
