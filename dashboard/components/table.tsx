import type { ComponentChildren } from 'preact';

/** A column: how its head and cells are made. The first one that is no control names its row. */
export interface Column<Row> {
  name: string;
  cell(row: Row): ComponentChildren;
  /** What stands in the head in place of the name, such as a link that sorts. */
  head?: ComponentChildren;
  /** The direction that the rows are sorted in by this column. */
  sorted?: 'ascending' | 'descending' | undefined;
  /** A checkbox, say: it names no row. */
  control?: boolean;
  /** Figures are aligned to the right. */
  number?: boolean;
  /** Hidden on narrow screens; put what matters of it into the first column's second line. */
  wide?: boolean;
}

interface TableProps<Row> {
  /** What the table shows; for screen readers alone, unless `shown`. */
  caption: string;
  shown?: boolean;
  /** Columns of one width, so that tables below each other align. */
  even?: boolean;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf(row: Row): string;
  /** Rows that are chosen stand out. */
  isChosen?(row: Row): boolean;
}

/** A table with a head row. */
export function Table<Row>(props: TableProps<Row>) {
  const { caption, shown = false, even = false, columns, rows, keyOf, isChosen } = props;
  const naming = columns.findIndex(({ control }) => !control);
  return (
    <table class={even ? 'even' : undefined}>
      <caption class={shown ? undefined : 'visually-hidden'}>{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.name} scope="col" class={kindOf(column)} aria-sort={column.sorted}>
              {column.head ?? column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)} class={isChosen?.(row) ? 'chosen' : undefined}>
            {columns.map((column, at) =>
              at === naming ? (
                <th key={column.name} scope="row" class={kindOf(column)}>
                  {column.cell(row)}
                </th>
              ) : (
                <td key={column.name} class={kindOf(column)}>
                  {column.cell(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function kindOf<Row>({ number, wide, control }: Column<Row>): string | undefined {
  return [number && 'number', wide && 'wide', control && 'control'].filter(Boolean).join(' ') || undefined;
}
