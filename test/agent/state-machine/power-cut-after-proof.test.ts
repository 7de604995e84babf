import { expect, it } from 'vitest';
import {
  boot,
  createHost,
  handle,
  type ModelHost,
  perform,
  runUntilWaiting,
  start,
} from '../../support/lock-world/host.ts';
import { createStore } from '../../support/lock-world/store.ts';

/** A host whose place was given back in etcd while its memory does not say so: power was cut in between. */
function releasedUnrecorded(): ModelHost {
  const model = createHost('h', createStore(1));
  let effect = start(model);
  while (effect?.kind !== 'release') {
    const event = perform(model, effect!);
    effect = event ? handle(model, event) : start(model);
  }
  perform(model, effect);
  expect(model.memory.phase.at).toBe('confirmed');
  expect(model.store.value.holders).toEqual([]);
  boot(model);
  return model;
}

it('does not put a proven slot on trial again, for its place may be gone', () => {
  const model = releasedUnrecorded();
  model.isGood = () => false;
  expect(runUntilWaiting(model)).toEqual(['health']);
  expect(model.memory.phase.at).toBe('confirmed');
  expect(model.running.version).toBe('v2');
  model.isGood = () => true;
  expect(runUntilWaiting(model)).toEqual(['health', 'release', 'hooks']);
  expect(model.store.value.holders).toEqual([]);
});
