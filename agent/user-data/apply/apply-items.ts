import { asInterlockError } from '../../../protocol/errors/interlock-error.ts';
import { type Record, writeRecord } from '../record/record.ts';
import type { Item } from './item.ts';

/**
 * Does the items that are due and keeps the record: on a new instance all, later what each boot must do and what failed. A
 * failure stops no other; a power cut anywhere leaves a record that the next boot goes on from.
 */
export async function applyItems(
  root: string,
  items: readonly Item[],
  record: Record,
  {
    isWhole = true,
  }: { /** The items are all there are, not only those of each boot. */ isWhole?: boolean } = {},
): Promise<Record> {
  const failed = new Set(record.problems.map(({ item }) => item));
  const isDue = ({ name, everyBoot }: Item) => !record.complete || everyBoot || failed.has(name);
  const begun = new Set(record.begun);
  const names = new Set(items.map(({ name }) => name));
  // what is said of other things than items stays
  const problems = record.problems.filter(({ item }) => !names.has(item));
  for (const item of items) {
    if (!isDue(item)) continue;
    const isAgain = begun.has(item.name);
    if (item.once && !isAgain) {
      begun.add(item.name);
      await writeRecord(root, { ...record, begun: [...begun] });
    }
    try {
      await item.apply(isAgain);
    } catch (error) {
      problems.push({ item: item.name, problem: asInterlockError(error).message });
    }
  }
  const done = { ...record, begun: [...begun], problems, complete: record.complete || isWhole };
  if (JSON.stringify(done) !== JSON.stringify(record)) await writeRecord(root, done);
  return done;
}
