import { describe, expect, it } from 'vitest';
import { moves } from '../../../agent/state-machine/moves.ts';
import {
  boot,
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
const at = (model: ModelHost) => model.memory.phase.at;

/** Runs until the next effect is `name`, which is then not done yet. */
function runTo(model: ModelHost, name: string) {
  let effect = start(model);
  for (let n = 0; effect && effect.kind !== name; n++) {
    if (n > 50) throw new Error(`${name} was never reached`);
    const event = perform(model, effect);
    effect = event ? handle(model, event) : start(model);
  }
  return effect;
}

describe('the journey', () => {
  it('goes from offer to confirmed and gives the place back', () => {
    const model = host();
    const effects = runUntilWaiting(model);
    expect(effects).toEqual([
      ...['look', 'write', 'look', 'draw', 'acquire', 'hooks', 'flip', 'draw', 'acquire', 'reboot'],
      ...['health', 'markGood', 'release', 'hooks'],
    ]);
    expect(model.running.version).toBe('v2');
    expect(model.store.value.holders).toEqual([]);
    expect(model.store.value.releases[hashOf('v2')]).toEqual({ ok: 1, failed: {} });
    expect(model.memory.reports.map(({ kind }) => kind)).toEqual([
      'written',
      'locked',
      'rebooting',
      'confirmed',
    ]);
    expect(model.memory.reports.map(({ from, version }) => `${from} ${version}`)).toEqual(
      Array(4).fill('v1 v2'),
    );
    expect(model.entries.find(({ slot }) => slot === 'b')?.tries).toBeNull();
  });

  it('falls back, says why, and does not try the version again until told', () => {
    const model = host({ isGood: (version) => version !== 'v2' });
    runUntilWaiting(model);
    expect(model.running.version).toBe('v1');
    expect(model.store.value.holders).toEqual([]);
    expect(model.store.value.releases[hashOf('v2')]?.failed).toEqual({ h: 'health check 10-net: no route' });
    expect(model.memory.reports.map(({ kind }) => kind)).toEqual([
      'written',
      'locked',
      'rebooting',
      'failed',
      'fell_back',
    ]);
    expect(new Set(model.memory.reports.map(({ from, version }) => `${from} ${version}`))).toEqual(
      new Set(['v1 v2']),
    );
    expect(runUntilWaiting(model)).toEqual(['look']);
    expect(model.memory.wait?.reason).toBe('failed_here');
    handle(model, { kind: 'retry', version: 'v2' });
    expect(runUntilWaiting(model)[1]).toBe('write');
  });

  it('does nothing when the running root hash is offered', () => {
    const model = host({ offer: 'v1' });
    expect(runUntilWaiting(model)).toEqual(['look']);
    expect(at(model)).toBe('idle');
  });

  it('keeps the place until the old slot is healthy again', () => {
    const model = host({ isGood: () => false });
    runUntilWaiting(model);
    expect(at(model)).toBe('fellBack');
    expect(model.store.value.holders).toHaveLength(1);
    model.isGood = () => true;
    runUntilWaiting(model);
    expect(model.store.value.holders).toEqual([]);
  });
});

describe('an offer that is gone', () => {
  it('is dropped when the server withdraws it after the write', () => {
    const model = host();
    runTo(model, 'write');
    handle(model, { kind: 'wrote' });
    model.offer = { none: 'held' };
    expect(runUntilWaiting(model)).toEqual(['look']);
    expect(at(model)).toBe('idle');
  });

  it('goes on while the server is away and the grant lasts, and not after', () => {
    const model = host();
    runTo(model, 'write');
    handle(model, { kind: 'wrote' });
    model.offer = { code: 'unreachable' };
    expect(runUntilWaiting(model)).toContain('reboot');

    const late = host({ expires: '2026-01-01T00:00:00Z' });
    runTo(late, 'write');
    handle(late, { kind: 'wrote' });
    late.offer = { code: 'unreachable' };
    runUntilWaiting(late);
    expect(at(late)).toBe('idle');
  });

  it('gives the place back when it comes after the grant ended', () => {
    const model = host();
    runTo(model, 'acquire');
    model.clock = Date.parse('2027-02-01T00:00:00Z');
    runUntilWaiting(model, 4);
    expect(model.store.value.holders).toEqual([]);
    expect(model.running.version).toBe('v1');
  });
});

describe('the lock', () => {
  const other = {
    host: 'x',
    boot: 'x-1',
    nonce: '0'.repeat(32),
    since: '2026-01-01T00:00:00Z',
    release: hashOf('v2'),
  };

  it.each(['', 'never', '9999999-01-01', '2026-13-01T00:00:00Z'])(
    'waits for no time that the calendar has not: %j',
    (until) => {
      const model = host();
      model.memory.wait = { until, reason: 'damaged' };
      const effect = start(model);
      expect(effect?.kind).toBe('look');
      expect(model.memory.wait).toBeNull();
    },
  );

  it('takes an offer whose end cannot be read for one that has ended', () => {
    const model = host();
    runTo(model, 'draw');
    const { phase } = model.memory;
    if (phase.at !== 'written') throw new Error(phase.at);
    model.memory.phase = { ...phase, plan: { ...phase.plan, expires: 'never' } };
    handle(model, { kind: 'failed', code: 'unreachable', problem: 'no etcd', retry: 'later' });
    expect(at(model)).not.toBe('locked');
    expect(model.store.value.holders).toEqual([]);
  });

  it('waits in `written` while others hold every place', () => {
    const model = host();
    model.store.value.holders.push(other);
    runUntilWaiting(model);
    expect(at(model)).toBe('written');
    expect(model.memory.wait?.reason).toMatch(/places are taken/);
    model.store.value.holders.pop();
    expect(runUntilWaiting(model)).toContain('reboot');
  });

  it('takes the flip back when its place was taken away before the reboot', () => {
    const model = host();
    runTo(model, 'flip');
    handle(model, perform(model, { kind: 'flip', target: targetOf('v2') })!);
    model.store.value = { ...model.store.value, holders: [other] };
    model.store.revision++;
    model.offer = { none: 'held' };
    runUntilWaiting(model);
    expect(at(model)).toBe('idle');
    expect(model.entries).toHaveLength(1);
    expect(model.store.value.holders).toEqual([other]);
  });

  it('asks again after an unknown answer, with a new nonce each time', () => {
    const model = host();
    const nonces = new Set<string>();
    for (const luck of ['lost', 'applied', 'lost'] as const) {
      const effect = runTo(model, 'acquire');
      if (effect?.kind !== 'acquire') throw new Error('no acquire');
      nonces.add(effect.attempt.nonce);
      handle(model, perform(model, effect, luck)!);
      expect(at(model)).toBe('acquiring');
    }
    expect(nonces.size).toBe(3);
    runUntilWaiting(model);
    expect(model.running.version).toBe('v2');
    expect(model.store.value.holders).toEqual([]);
  });

  it('leaves `acquiring` only through `cancelling` once a place may be held', () => {
    const model = host();
    const effect = runTo(model, 'acquire')!;
    handle(model, perform(model, effect, 'applied')!);
    handle(model, { kind: 'cancel' });
    expect(at(model)).toBe('cancelling');
    model.offer = { none: 'held' };
    runUntilWaiting(model);
    expect(model.store.value.holders).toEqual([]);
  });

  it('takes a drained host back into service before its place goes', () => {
    const model = host();
    runTo(model, 'flip');
    handle(model, { kind: 'cancel' });
    model.offer = { none: 'held' };
    expect(runUntilWaiting(model)).toEqual(['unflip', 'hooks', 'cancel']);
    expect(model.store.value.holders).toEqual([]);
  });

  it('gives the place back when a hook keeps failing', () => {
    const model = host({ hooksFail: true });
    for (let n = 0; n < 5; n++) runUntilWaiting(model);
    expect(model.store.value.holders).toEqual([]);
    expect(model.running.version).toBe('v1');
  });

  it('confirms its place again when the agent starts once more before the reboot', () => {
    const model = host();
    runTo(model, 'reboot');
    expect(start(model)?.kind).toBe('draw');
    model.store.value = { ...model.store.value, holders: [other] };
    model.store.revision++;
    expect(runUntilWaiting(model)).toEqual(['draw', 'acquire']);
    expect(at(model)).toBe('rebooting');
    model.store.value = { ...model.store.value, holders: [] };
    expect(runUntilWaiting(model).slice(0, 3)).toEqual(['draw', 'acquire', 'reboot']);
  });

  it('never cancels after `rebooting` was recorded', () => {
    const model = host();
    runTo(model, 'reboot');
    expect(() => handle(model, { kind: 'cancel' })).toThrow(/too late/);
  });
});

describe('operators', () => {
  it('order a version without the server and roll back to the other slot', () => {
    const model = host({ offer: { none: 'held' } });
    const target = targetOf('v3', null);
    start(model);
    handle(model, { kind: 'order', target, goal: target, isRollback: false });
    expect(runUntilWaiting(model)).not.toContain('look');
    expect(model.running.version).toBe('v3');
    const back = { version: 'v1', rootHash: hashOf('v1'), grant: null };
    handle(model, { kind: 'order', target: null, goal: back, isRollback: true });
    expect(runUntilWaiting(model)).not.toContain('write');
    expect(model.running.version).toBe('v1');
    expect(model.store.value.holders).toEqual([]);
    model.offer = 'v3';
    runUntilWaiting(model);
    expect(model.memory.wait?.reason).toBe('failed_here');
  });

  it('vouch for a slot on trial', () => {
    const model = host({ isGood: (version) => version === 'v1' });
    runTo(model, 'health');
    handle(model, { kind: 'confirm' });
    runUntilWaiting(model);
    expect(model.running.version).toBe('v2');
    expect(() => handle(model, { kind: 'confirm' })).toThrow(/nothing is on trial/);
  });

  it('cannot start a second update in the middle of one', () => {
    const model = host();
    runTo(model, 'flip');
    const target = targetOf('v3', null);
    expect(() => handle(model, { kind: 'order', target, goal: target, isRollback: false })).toThrow(
      /under way/,
    );
  });
});

describe('a cut at every step', () => {
  const cuts = ['kill before', 'kill after', 'power before', 'power after'] as const;
  const lucks = ['ok', 'applied', 'lost'] as const;
  const visited = new Set<string>();

  it.each([true, false])('ends on a verified slot with no place held; new version good: %s', (isGood) => {
    let runs = 0;
    for (const cut of cuts) {
      for (const luck of lucks) {
        for (let when = 0; when < 18; when++) {
          const model = host({ isGood: (version) => isGood || version !== 'v2' });
          drive(model, when, cut, luck);
          for (const move of model.visited) visited.add(move);
          const label = `${cut} effect ${when}, ${luck}`;
          expect(model.store.value.holders, label).toEqual([]);
          expect(model.running.version, label).toBe(isGood ? 'v2' : 'v1');
          const own = model.entries.filter(({ slot }) => slot === model.running.slot);
          expect(own.at(-1)?.tries, label).toBeNull();
          runs++;
        }
      }
    }
    expect(runs).toBe(216);
  });

  it('makes only moves of the table', () => {
    const all = Object.entries(moves).flatMap(([from, tos]) => tos.map((to) => `${from} ${to}`));
    expect([...visited].filter((move) => !all.includes(move))).toEqual([]);
    expect(visited.size).toBeGreaterThan(15);
  });
});

/** Runs to the end with one cut at effect number `when`, checking that no reboot happens without a place. */
function drive(model: ModelHost, when: number, cut: string, luck: 'ok' | 'applied' | 'lost'): void {
  let count = 0;
  for (let start_ = 0; start_ < 8; start_++) {
    let effect = start(model);
    while (effect) {
      const isCut = count++ === when;
      if (effect.kind === 'reboot') {
        expect(model.store.value.holders.map((holder) => holder.host)).toEqual(['h']);
      }
      const event = isCut && cut.endsWith('before') ? null : perform(model, effect, isCut ? luck : 'ok');
      if (isCut && cut.startsWith('power') && effect.kind !== 'reboot') boot(model);
      effect = isCut || !event ? start(model) : handle(model, event);
      if (count > 300) throw new Error('no end');
    }
  }
}
