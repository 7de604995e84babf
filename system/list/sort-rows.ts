import { compareVersions } from '../../protocol/text/version.ts';
import type { Column, Value } from './list.ts';
import type { Chosen } from './list-flags.ts';

const words = new Intl.Collator('en', { numeric: true });

/** Rows in the order that was asked for: versions as versions, numbers as numbers, what is absent last. */
export function sortRows<Row>(rows: readonly Row[], order: Chosen<Row>['order']): readonly Row[] {
  if (!order) return rows;
  const { by, isDescending } = order;
  const compare = comparisonOf(by);
  return rows.toSorted((one, other) => {
    const [a, b] = [by.value(one), by.value(other)];
    const isMissing = (value: Value) => value === null || value === undefined || value === '';
    if (isMissing(a) || isMissing(b)) return Number(isMissing(a)) - Number(isMissing(b));
    return isDescending ? compare(b, a) : compare(a, b);
  });
}

function comparisonOf<Row>({ kind }: Column<Row>): (a: Value, b: Value) => number {
  if (kind === 'count') return (a, b) => Number(a) - Number(b);
  if (kind === 'version') return (a, b) => compareVersions(String(a), String(b));
  return (a, b) => words.compare(String(a), String(b));
}
