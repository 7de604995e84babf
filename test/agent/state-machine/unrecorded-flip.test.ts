import { expect, it } from 'vitest';
import type { Event } from '../../../agent/state-machine/event.ts';
import type { Memory } from '../../../agent/state-machine/memory.ts';
import { step } from '../../../agent/state-machine/step.ts';
import {
  createHost,
  handle,
  type ModelHost,
  perform,
  runUntilWaiting,
  start,
} from '../../support/lock-world/host.ts';
import { createStore } from '../../support/lock-world/store.ts';

const time = '2026-01-01T00:00:00.000Z';

/** A host whose flip is on the disk while its memory does not say so: the agent was cut off in between. */
function flippedUnrecorded(): ModelHost {
  const model = createHost('h', createStore(1));
  let effect = start(model);
  while (effect?.kind !== 'flip') effect = handle(model, perform(model, effect!)!);
  perform(model, effect);
  expect(model.memory.phase.at).toBe('locked');
  expect(model.entries.some(({ tries }) => tries === 3)).toBe(true);
  return model;
}

const giveUps: [string, Event][] = [
  ['an operator cancels', { kind: 'cancel', time }],
  ['the flip throws for good', { kind: 'failed', code: 'loader_unsafe', problem: 'x', retry: 'never', time }],
];

it.each(giveUps)('takes an unrecorded flip back before the place when %s', (_, event) => {
  const model = flippedUnrecorded();
  const { memory, effects }: { memory: Memory; effects: unknown[] } = step(model.memory, event);
  expect(effects).toEqual([{ kind: 'unflip', generation: 'any' }]);
  model.memory = memory;
  expect(runUntilWaiting(model)).toEqual(['unflip', 'hooks', 'cancel']);
  expect(model.entries.some(({ tries }) => tries !== null)).toBe(false);
  expect(model.store.value.holders).toEqual([]);
});
