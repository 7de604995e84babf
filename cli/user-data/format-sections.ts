import type { PlanSection } from '../../protocol/user-data/describe-plan.ts';
import { formatTable, text } from '../../system/terminal/table.ts';

/** What would happen on a host: a table for each kind of thing. */
export function formatSections(sections: readonly PlanSection[]): string {
  return sections
    .map(({ title, columns, rows }) => {
      const headings = columns.map((column, index) => {
        const name = column.toUpperCase();
        return index === columns.length - 1 && index > 0 ? text(name) : name;
      });
      return `${title}\n${formatTable(
        [...headings, 'LINE'],
        rows.map(({ at, cells }) => [...cells, placeOf(at)]),
      )}`;
    })
    .join('\n\n');
}

function placeOf({ part, line }: PlanSection['rows'][number]['at']): string {
  return part === undefined ? `${line}` : `${part}:${line}`;
}
