import type { UserDataAnswer } from '../../../protocol/api/user-data.ts';
import { visible } from '../../../protocol/text/visible.ts';
import { Section } from '../../components/page.tsx';
import { type Column, Table } from '../../components/table.tsx';

type PlanTable = UserDataAnswer['plan'][number];
type Row = PlanTable['rows'][number];

/** Columns that a narrow screen has room for, the line apart. */
const narrow = 2;

/** What would happen on a host: a table for each kind of thing. */
export function Plan({ of: tables }: { of: readonly PlanTable[] }) {
  return (
    <>
      {tables.map(({ title, columns, rows }) => (
        <Section key={title} title={title}>
          <Table
            caption={`${title} that this user-data asks for`}
            columns={columnsOf(columns)}
            rows={rows}
            keyOf={({ at, cells }) => [at.part, at.line, ...cells].join(' ')}
          />
        </Section>
      ))}
    </>
  );
}

function columnsOf(names: readonly string[]): Column<Row>[] {
  const columns = names.map((name, index) => ({
    name: name[0]!.toUpperCase() + name.slice(1),
    wide: index >= narrow,
    cell: ({ cells }: Row) => <span class="break">{visible(cells[index] ?? '') || '–'}</span>,
  }));
  const line = ({ at }: Row) => (at.part === undefined ? `${at.line}` : `${at.part}:${at.line}`);
  return [...columns, { name: 'Line', number: true, cell: line }];
}
