import type { Command } from 'commander';
import { csvOf, formatList } from '../list/format-list.ts';
import type { List } from '../list/list.ts';
import { addListFlags, type ListFlags, readListFlags } from '../list/list-flags.ts';
import { sortRows } from '../list/sort-rows.ts';
import { answer } from './command.ts';

/** What a verb found for its list. */
export interface Found<Row> {
  rows: readonly Row[];
  /** What JSON shows; the rows themselves if not given. */
  data?: (sorted: readonly Row[]) => unknown;
  /** The sentence in place of an empty table, where the list's own does not fit. */
  none?: string;
  /** What a table ends with, and CSV and JSON do not have. */
  below?: string;
}

/**
 * Makes a verb of a list: adds `--columns`, `--sort`, `--no-header` and `--output`, checks them before the work begins, and
 * prints what the work found in the form that was asked for.
 */
export function answerList<Row, A extends unknown[]>(
  command: Command,
  list: List<Row>,
  work: (...args: A) => Promise<Found<Row>>,
): Command {
  return addListFlags(command, list).action(
    answer(async (...args: A) => {
      const chosen = readListFlags(list, { ...(args.at(-1) as ListFlags), ...command.optsWithGlobals() });
      const { rows, data = (all) => all, none = list.none, below } = await work(...args);
      const sorted = sortRows(rows, chosen.order);
      if (chosen.format === 'csv') return { text: '', records: csvOf(sorted, chosen), data: null };
      const table = formatList({ ...list, none }, sorted, chosen);
      return { text: [table, ...(below ? ['', below] : [])].join('\n'), data: data(sorted) };
    }),
  );
}
