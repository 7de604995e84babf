import { expect, it } from 'vitest';
import { type CanaryCount, mayTake, sumUpCanary } from '../../../../update-server/domain/rollout/canary.ts';

const able = { approved: true, held: false, cloned: false, pinned: null };
const count: CanaryCount = { ...able, version: '1.0', hosts: 1, lastMs: null };

it('no rollout waits for a host that may not take its release', () => {
  const rollout = { version: '2.0' };
  expect(mayTake(able, rollout)).toBe(true);
  expect(mayTake({ ...able, pinned: '2.0' }, rollout)).toBe(true);
  expect(mayTake({ ...able, pinned: '1.0' }, rollout)).toBe(false);
  expect(mayTake({ ...able, held: true }, rollout)).toBe(false);
  expect(mayTake({ ...able, cloned: true }, rollout)).toBe(false);
  expect(mayTake({ ...able, approved: false }, rollout)).toBe(false);
});

it('counts those that may, those that run it, and when the last one confirmed', () => {
  const counts = [
    { ...count, hosts: 3 },
    { ...count, hosts: 2, version: '2.0', lastMs: 40 },
    { ...count, version: '2.0', pinned: '2.0', lastMs: 50 },
    { ...count, version: '2.0', held: true, lastMs: 60 },
    { ...count, version: null },
  ];
  expect(sumUpCanary(counts, { version: '2.0' })).toEqual({ active: 7, confirmed: 3, lastMs: 50 });
  expect(sumUpCanary([count], { version: '2.0' })).toEqual({ active: 1, confirmed: 0, lastMs: null });
  expect(sumUpCanary([], { version: '2.0' })).toEqual({ active: 0, confirmed: 0, lastMs: null });
});
