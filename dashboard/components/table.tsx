import type { ComponentChildren } from 'preact';

/** A column: how its head and cells are made. The first column names its row. */
export interface Column<Row> {
  name: string;
  cell(row: Row): ComponentChildren;
  /** Figures are aligned to the right. */
  number?: boolean;
  /** Hidden on narrow screens; put what matters of it into the first column's second line. */
  wide?: boolean;
}

interface TableProps<Row> {
  /** What the table shows; for screen readers alone, unless `shown`. */
  caption: string;
  shown?: boolean;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf(row: Row): string;
}

/** A table with a head row. */
export function Table<Row>({ caption, shown = false, columns, rows, keyOf }: TableProps<Row>) {
  const kind = ({ number, wide }: Column<Row>) =>
    [number && 'number', wide && 'wide'].filter(Boolean).join(' ') || undefined;
  return (
    <table>
      <caption class={shown ? undefined : 'visually-hidden'}>{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.name} scope="col" class={kind(column)}>
              {column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map((column, at) =>
              at === 0 ? (
                <th key={column.name} scope="row" class={kind(column)}>
                  {column.cell(row)}
                </th>
              ) : (
                <td key={column.name} class={kind(column)}>
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
