import { expect, it } from 'vitest';
import { formsOf } from '../../../agent/server/newer-fields.ts';
import { idleCheckIn } from '../../update-server/support/idle-check-in.ts';

it('a check-in is tried with all its fields first, then as former servers know them, at last as the first did', () => {
  const oldest = idleCheckIn();
  const former = { ...oldest, trouble: { code: 'disk_full', text: '/var is full' } };
  const newest = { ...former, pollSeconds: 300, labels: { role: 'web' } };
  expect(formsOf(newest)).toEqual([newest, former, oldest]);
  expect(formsOf({ ...oldest, pollSeconds: 300 })).toEqual([{ ...oldest, pollSeconds: 300 }, oldest]);
  expect(formsOf(oldest)).toEqual([oldest]);
});
