import type { Stage } from './ports/found.ts';
import type { Outcome } from './run-stage.ts';

/** What a stage says on the console: a new instance, what failed, and sources that are there and say nothing. */
export function describeOutcome({ found, record, misses, isNew }: Outcome, stage: Stage): string[] {
  const failures = misses
    .filter(({ failed }) => failed)
    .map(({ source, reason }) => `user-data: ${source} cannot be read: ${reason}`);
  if (!found) {
    const ends = stage === 'network' && failures.length === 0;
    return ends ? ['user-data: no metadata service answered; the next boot asks again'] : failures;
  }
  const problems = (record?.problems ?? []).map(({ item, problem }) => `user-data: ${item}: ${problem}`);
  return [
    ...(isNew ? [`user-data of ${found.source}, instance ${found.instanceId}, were applied`] : []),
    ...problems,
    ...failures,
  ];
}
