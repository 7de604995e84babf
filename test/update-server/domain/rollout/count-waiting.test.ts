import { expect, it } from 'vitest';
import { countByNow } from '../../../../update-server/domain/rollout/count-waiting.ts';
import { begin, hoursLater, rollout } from './make-rollout.ts';

const counts = [
  { reason: 'scheduled', hosts: 4 },
  { reason: 'not_yet', hosts: 3 },
  { reason: 'paused', hosts: 1 },
];

it('puts right what the state of the rollout has overtaken, and leaves the rest', () => {
  expect(countByNow(counts, rollout(), begin)).toEqual([
    { reason: 'next_check_in', hosts: 5 },
    { reason: 'not_yet', hosts: 3 },
  ]);
  const paused = rollout({ state: 'paused' });
  expect(countByNow(counts, paused, begin)[0]).toEqual({ reason: 'paused', hosts: 5 });
  const planned = rollout({ begun: null, starts: hoursLater(2).toISOString() });
  expect(countByNow(counts, planned, begin)[0]).toEqual({ reason: 'scheduled', hosts: 5 });
});
