import { expect, it } from 'vitest';
import { boot, createHost, handle, perform, runUntilWaiting, start } from '../../support/lock-world/host.ts';
import { createStore } from '../../support/lock-world/store.ts';

it('does not blame a version whose entry was lost with the power, and tries it again', () => {
  const model = createHost('h', createStore(1));
  let effect = start(model);
  while (effect?.kind !== 'reboot') effect = handle(model, perform(model, effect!)!);
  const flipped = model.entries.findIndex(({ tries }) => tries !== null);
  model.entries.splice(flipped, 1);
  boot(model);
  expect(model.running.version).toBe('v1');
  expect(runUntilWaiting(model)).toEqual(['unflip', 'health', 'release']);
  expect(model.memory.failed).toEqual({});
  expect(model.store.value).toMatchObject({ holders: [], releases: {} });
  expect(model.memory.reports.at(-1)).toMatchObject({
    kind: 'fell_back',
    detail: expect.stringContaining('lost'),
  });
  runUntilWaiting(model);
  expect(model.running.version).toBe('v2');
});
