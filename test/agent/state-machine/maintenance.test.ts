import { expect, it } from 'vitest';
import type { Task } from '../../../agent/ports/tasks.ts';
import type { Effect } from '../../../agent/state-machine/event.ts';
import { boot, createHost, handle, type ModelHost, perform, start } from '../../support/lock-world/host.ts';
import { createStore } from '../../support/lock-world/store.ts';

const command: Task = {
  kind: 'command',
  name: 'resize',
  key: '9'.repeat(64),
  group: null,
  timeoutSeconds: 60,
};
const reboot: Task = { ...command, kind: 'reboot', name: 'reboot' };

/** Goes on until the effect is of this kind. */
function until(host: ModelHost, effect: Effect | undefined, kind: Effect['kind']): Effect {
  let next = effect;
  for (let n = 0; n < 20; n++) {
    if (next?.kind === kind) return next;
    const event = next && perform(host, next);
    next = event ? handle(host, event) : start(host);
  }
  throw new Error(`no ${kind}, but ${next?.kind} in ${host.memory.phase.at}`);
}

function ordered(task: Task) {
  const host = createHost('h', createStore(1));
  host.offer = { none: 'held' };
  until(host, start(host), 'look');
  return { host, effect: handle(host, { kind: 'maintain', task }) };
}

it('is on the disk before the task starts, and keeps its place until the host is found healthy', () => {
  const { host, effect } = ordered(command);
  const task = until(host, effect, 'task');
  expect(host.memory.phase.at).toBe('working');
  expect(host.store.value.holders).toHaveLength(1);
  host.isGood = () => false;
  const health = handle(host, perform(host, task)!);
  expect(health).toEqual({ kind: 'health' });
  expect(handle(host, perform(host, health!)!)).toBeUndefined();
  expect(host.memory).toMatchObject({
    phase: { at: 'returning', end: { ok: false } },
    problem: { code: 'health_failed' },
  });
  expect(host.store.value.holders).toHaveLength(1);

  host.isGood = () => true;
  until(host, start(host), 'look');
  expect(host.store.value.holders).toEqual([]);
  expect(host.memory.lastTask).toMatchObject({
    name: 'resize',
    ok: false,
    problem: expect.stringContaining('10-net'),
  });
});

it('starts no task again whose agent was killed, and gives nothing back for one that was cut off', () => {
  const { host, effect } = ordered(command);
  const task = until(host, effect, 'task');
  expect(start(host)).toEqual(task);
  expect(handle(host, { kind: 'lost', problem: 'x' })).toBeUndefined();
  expect(start(host)).toBeUndefined();
  expect(host.store.value.holders).toHaveLength(1);
  expect(() => handle(host, { kind: 'cancel' })).toThrow(/interlock-agent reboot/);

  until(host, handle(host, { kind: 'maintain', task: reboot }), 'reboot');
  expect(host.memory.phase.at).toBe('restarting');
  boot(host);
  until(host, start(host), 'look');
  expect(host.store.value.holders).toEqual([]);
  expect(host.memory.lastTask).toMatchObject({ name: 'reboot', ok: true });
});

it('is proven by a new boot as a trial is, when power went in the middle of a task', () => {
  const { host, effect } = ordered(command);
  until(host, effect, 'task');
  boot(host);
  const next = start(host);
  expect(next).toEqual({ kind: 'health' });
  expect(host.store.value.holders).toHaveLength(1);
  until(host, next, 'look');
  expect(host.store.value.holders).toEqual([]);
  expect(host.memory.lastTask).toMatchObject({ ok: false, problem: 'the host restarted before it ended' });
});

it('reboots by drain, a second swap, and only then the call; the new boot gives back', () => {
  const { host, effect } = ordered(reboot);
  const drain = until(host, effect, 'hooks');
  expect(drain).toEqual({ kind: 'hooks', when: 'pre-reboot' });
  const [before] = host.store.value.holders;
  const call = until(host, drain, 'reboot');
  expect(host.store.value.holders[0]?.nonce).not.toBe(before?.nonce);
  expect(host.memory.phase.at).toBe('restarting');
  // an agent that starts while the host goes down asks anew and gives nothing back
  expect(start(host)?.kind).toBe('draw');
  expect(perform(host, call)).toBeNull();
  const hooks = until(host, start(host), 'hooks');
  expect(hooks).toEqual({ kind: 'hooks', when: 'post-confirm' });
  expect(host.store.value.holders).toHaveLength(1);
  until(host, hooks, 'look');
  expect(host.store.value).toMatchObject({ holders: [], releases: {} });
  expect(host.memory.failed).toEqual({});
});

it('gives up after a drain that fails, and puts the host back into service', () => {
  const { host, effect } = ordered(reboot);
  until(host, effect, 'hooks');
  handle(host, { kind: 'failed', code: 'hook_failed', problem: 'no', retry: 'never' });
  expect(host.memory.phase).toMatchObject({ at: 'returning', end: { ok: false, problem: 'no' } });
  until(host, start(host), 'look');
  expect([host.boot, host.store.value.holders]).toEqual([1, []]);
});

it('goes on with what is written when a reboot is ordered', () => {
  const host = createHost('h', createStore(1));
  handle(host, { kind: 'stage', until: null });
  until(host, start(host), 'write');
  const wrote = handle(host, { kind: 'wrote' });
  expect([wrote, host.memory.wait?.reason]).toEqual([undefined, 'staged']);
  until(host, handle(host, { kind: 'maintain', task: reboot }), 'flip');
});
