import { expect, test } from 'vitest';
import { problemOf } from '../../../protocol/schema/schema.ts';
import { InstallOrders } from '../../../protocol/user-data/install-orders.ts';
import { emptyPlan } from '../../../protocol/user-data/plan.ts';

test('an empty plan asks nothing of a host', () => {
  expect(Object.values(emptyPlan()).flat()).toEqual([]);
});

test.each([
  [{ disk: { serial: 'WD-1' }, erase: 'WD-1', order: 'first', after: 'stay' }, undefined],
  [{ disk: { only: true } }, undefined],
  [{ disk: { only: false } }, 'disk/only'],
  [{ disk: { only: true }, after: 'now' }, 'after'],
  [{ disk: { path: 'sda' } }, 'disk/path'],
  [{ disk: {}, wipe: true }, 'unknown key wipe'],
])('orders %j: %s', (orders, problem) => {
  const found = problemOf(InstallOrders, orders);
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(problem);
});
