import type { Outcome } from './run-stage.ts';

/** What a stage says on the console: a new instance, what failed, and that a host boots without. */
export function describeOutcome({ found, record, misses, problems, isNew, isLast }: Outcome): string[] {
  const failures = misses
    .filter(({ failed }) => failed)
    .map(({ source, reason }) => `user-data: ${source} cannot be read: ${reason}`);
  const wrong = [...(found ? (record?.problems ?? []) : []), ...problems].map(
    ({ item, problem }) => `user-data: ${item}: ${problem}`,
  );
  if (found) {
    const said = `user-data of ${found.source}, instance ${found.instanceId}, were applied`;
    return [...(isNew ? [said] : []), ...wrong, ...failures];
  }
  const stays = record
    ? `user-data: none in this boot; the host stays what instance ${record.instanceId} made it, and the next boot looks again`
    : 'user-data: none in this boot; the host starts without, and the next boot looks again';
  return [...failures, ...wrong, ...(isLast ? [stays] : [])];
}
