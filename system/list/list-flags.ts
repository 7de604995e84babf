import { type Command, Option } from 'commander';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { suggest } from '../../protocol/text/suggest.ts';
import type { Column, List } from './list.ts';

const formats = ['table', 'wide', 'csv', 'json'] as const;

/** The flags of every list, as commander reads them. */
export interface ListFlags {
  columns?: string;
  sort?: string;
  header?: boolean;
  output?: (typeof formats)[number];
  json?: boolean;
}

/** What to show of a list, checked against its columns. */
export interface Chosen<Row> {
  columns: readonly Column<Row>[];
  order: { by: Column<Row>; isDescending: boolean } | undefined;
  showsHeader: boolean;
  format: (typeof formats)[number];
}

/** Adds the flags of a list to a verb. */
export function addListFlags<Row>(command: Command, { columns }: List<Row>): Command {
  const names = columns.map(({ name }) => name);
  return command
    .option('--columns <names>', `columns to show, separated by commas: ${names.join(', ')}`)
    .option('--sort <column>', 'sort by this column; with :desc, the largest first')
    .option('--no-header', 'leave out the line of titles')
    .addOption(
      new Option('-o, --output <format>', 'form of the list; wide shows all columns').choices(formats),
    );
}

/** Reads the flags. Throws `usage` for a column that the list has not. */
export function readListFlags<Row>(list: List<Row>, flags: ListFlags): Chosen<Row> {
  const format = flags.json ? 'json' : (flags.output ?? 'table');
  if (format === 'json' && flags.columns !== undefined) {
    throw new InterlockError('usage', { problem: '--columns is for tables and CSV; JSON has all fields' });
  }
  const [by, direction, ...rest] = flags.sort?.split(':') ?? [];
  if (rest.length > 0 || (direction !== undefined && !['asc', 'desc'].includes(direction))) {
    throw new InterlockError('usage', {
      problem: `--sort is ${flags.sort}; give COLUMN, COLUMN:asc or COLUMN:desc`,
    });
  }
  const isWide = format === 'wide' || format === 'csv';
  return {
    columns: flags.columns
      ? flags.columns
          .split(',')
          .map((name) => ({ ...columnOf(list, '--columns', name.trim()), isSpare: false }))
      : list.columns.filter((column) => isWide || !column.isWide),
    order:
      by === undefined ? undefined : { by: columnOf(list, '--sort', by), isDescending: direction === 'desc' },
    showsHeader: flags.header ?? true,
    format,
  };
}

function columnOf<Row>({ columns }: List<Row>, flag: string, wanted: string): Column<Row> {
  const found = columns.find(({ name }) => name === wanted);
  if (found) return found;
  const names = columns.map(({ name }) => name);
  const meant = suggest(wanted, names);
  const hint = meant ? `did you mean ${meant}?` : `use ${names.join(', ')}`;
  throw new InterlockError('usage', { problem: `${flag}: no column ${wanted}; ${hint}` });
}
