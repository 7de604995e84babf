import { describe, expect, it } from 'vitest';
import { remember } from '../../../agent/state-machine/change.ts';
import type { Phase } from '../../../agent/state-machine/memory.ts';
import {
  createHost,
  handle,
  hashOf,
  type ModelHost,
  perform,
  runUntilWaiting,
  start,
  targetOf,
} from '../../support/lock-world/host.ts';
import { createStore } from '../../support/lock-world/store.ts';

const host = (change: Partial<ModelHost> = {}) => Object.assign(createHost('h', createStore(1)), change);

/** Runs until the host is in a phase, and its agent has ended there. */
function runTo(model: ModelHost, at: Phase['at'], isThere: (phase: Phase) => boolean = () => true) {
  let effect = start(model);
  for (let n = 0; model.memory.phase.at !== at || !isThere(model.memory.phase); n++) {
    if (n > 50 || !effect) throw new Error(`${at} was never reached`);
    const event = perform(model, effect);
    effect = event ? handle(model, event) : start(model);
  }
}

const other = {
  host: 'x',
  boot: 'x-1',
  nonce: '0'.repeat(32),
  since: '2026-01-01T00:00:00Z',
  release: hashOf('v2'),
};
const isDrained = (phase: Phase) => phase.at === 'locked' && phase.drained;

describe('an operator’s cancel', () => {
  it.each<[string, (model: ModelHost) => void]>([
    ['offered', (model) => runTo(model, 'offered')],
    ['written', (model) => runTo(model, 'written')],
    [
      'written, waiting for a place',
      (model) => {
        model.store.value.holders.push(other);
        runUntilWaiting(model);
        model.store.value.holders.pop();
      },
    ],
    ['acquiring', (model) => runTo(model, 'acquiring')],
    ['locked', (model) => runTo(model, 'locked')],
    ['drained', (model) => runTo(model, 'locked', isDrained)],
    ['flipped', (model) => runTo(model, 'flipped')],
    [
      'given up by the server, its place not back yet',
      (model) => {
        runTo(model, 'locked');
        handle(model, { kind: 'cancel', reason: 'the rollout is paused' });
      },
    ],
  ])('leaves the host where it is and bars the version: %s', (_, reach) => {
    const model = host();
    reach(model);
    // what was in the way of an update is no trouble of a host that gave it up
    model.memory.problem = { at: '2026-01-01T00:00:00Z', code: 'hook_failed', problem: 'red' };
    handle(model, { kind: 'cancel' });
    expect(Object.keys(model.memory.barred ?? {})).toEqual([hashOf('v2')]);
    expect(model.memory.problem).toBeNull();
    for (let n = 0; n < 5; n++) runUntilWaiting(model);
    expect([model.boot, model.running.version, model.memory.phase.at]).toEqual([1, 'v1', 'idle']);
    expect(model.entries).toHaveLength(1);
    expect(model.store.value.holders).toEqual([]);
    expect(model.memory.wait?.reason).toBe('cancelled_here');
    expect(model.memory.reports.at(-1)?.kind).toBe('cancelled');
    expect(model.memory.failed).toEqual({});

    handle(model, { kind: 'retry', version: 'v2' });
    expect(model.memory.barred).toBeUndefined();
    runUntilWaiting(model);
    expect(model.running.version).toBe('v2');
  });

  it('does not look again at once: something newer would reboot the host', () => {
    for (const at of ['offered', 'written'] as const) {
      const model = host();
      runTo(model, at);
      expect(handle(model, { kind: 'cancel' })).toBeUndefined();
      expect(Date.parse(model.memory.wait!.until) - model.clock).toBe(600_000);
    }
  });

  it.each<[Phase['at'], RegExp]>([
    ['rebooting', /its reboot was requested/],
    ['trying', /on trial/],
    ['confirmed', /marked good/],
    ['finished', /marked good/],
  ])('comes too late in %s, says so and changes nothing', (at, words) => {
    const model = host();
    runTo(model, at);
    const before = model.memory;
    expect(() => handle(model, { kind: 'cancel' })).toThrow(words);
    expect(() => handle(model, { kind: 'cancel' })).toThrow(expect.objectContaining({ code: 'cancel_late' }));
    expect(model.memory).toEqual(before);
  });

  it('has nothing to give up on an idle host', () => {
    const model = host({ offer: { none: 'held' } });
    runUntilWaiting(model);
    expect(() => handle(model, { kind: 'cancel' })).toThrow(/no update is under way/);
  });

  it.each<Phase['at']>(['condemned', 'fellBack', 'healed'])('bars what is on its way back: %s', (at) => {
    const model = host({ isGood: (version) => version !== 'v2' });
    runTo(model, at);
    handle(model, { kind: 'cancel' });
    runUntilWaiting(model);
    expect([model.running.version, model.store.value.holders]).toEqual(['v1', []]);
    expect(Object.keys(model.memory.barred ?? {})).toEqual([hashOf('v2')]);
  });
});

describe('what is barred', () => {
  function cancelled(): ModelHost {
    const model = host();
    runTo(model, 'written');
    handle(model, { kind: 'cancel' });
    return model;
  }

  it('is the bytes and not the name: the same root hash under another version', () => {
    const model = cancelled();
    const renamed = { ...targetOf('v9'), rootHash: hashOf('v2') };
    start(model);
    handle(model, { kind: 'looked', found: { target: renamed, expires: model.expires }, pollSeconds: 60 });
    expect(model.memory.wait?.reason).toBe('cancelled_here');
    expect(model.memory.barred?.[hashOf('v2')]?.versions).toEqual(['v2', 'v9']);
    handle(model, { kind: 'retry', version: 'v9' });
    expect(model.memory.barred).toBeUndefined();
  });

  it('does not stand in the way of another release, nor go with it', () => {
    const model = cancelled();
    model.offer = 'v3';
    runUntilWaiting(model);
    expect(model.running.version).toBe('v3');
    model.offer = 'v2';
    runUntilWaiting(model);
    expect([model.running.version, model.memory.wait?.reason]).toEqual(['v3', 'cancelled_here']);
  });

  it('outlives more failures than are remembered', () => {
    const model = cancelled();
    for (let n = 101; n < 141; n++) {
      model.memory = remember(model.memory, '2026-01-01T00:00:00Z', targetOf(`v${n}`), 'sick');
    }
    expect(Object.keys(model.memory.failed)).toHaveLength(32);
    expect(Object.keys(model.memory.barred ?? {})).toEqual([hashOf('v2')]);
  });

  it('is lifted by an order for it, and by no other', () => {
    const model = cancelled();
    const order = (version: string) => {
      const goal = targetOf(version, null);
      start(model);
      handle(model, { kind: 'order', goal, target: goal, isRollback: false });
    };
    order('v3');
    expect(model.memory.barred).toBeDefined();
    order('v2');
    expect(model.memory.barred).toBeUndefined();
    runUntilWaiting(model);
    expect(model.running.version).toBe('v2');
  });

  it('is nothing when the server gives the update up', () => {
    for (const at of ['offered', 'written', 'locked', 'flipped'] as const) {
      const model = host();
      runTo(model, at);
      handle(model, { kind: 'cancel', reason: 'the rollout is paused' });
      expect(model.memory.barred).toBeUndefined();
      runUntilWaiting(model);
      runUntilWaiting(model);
      expect(model.running.version).toBe('v2');
    }
  });

  it('is the way back when a rollback is given up, and what was to be left stays', () => {
    const model = host();
    runUntilWaiting(model);
    model.offer = 'v2';
    start(model);
    const goal = { version: 'v1', rootHash: hashOf('v1'), grant: null };
    handle(model, { kind: 'order', goal, target: null, isRollback: true });
    expect(Object.keys(model.memory.failed)).toEqual([hashOf('v2')]);
    handle(model, { kind: 'cancel' });
    expect(model.memory.failed).toEqual({});
    expect(Object.keys(model.memory.barred ?? {})).toEqual([hashOf('v1')]);
    runUntilWaiting(model);
    expect([model.running.version, model.memory.wait?.reason]).toEqual(['v2', 'up_to_date']);
  });
});
