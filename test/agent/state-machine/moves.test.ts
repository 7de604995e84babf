import { expect, it } from 'vitest';
import type { Running } from '../../../agent/ports/host.ts';
import type { AcquireAnswer, Hold } from '../../../agent/ports/lock.ts';
import type { Task } from '../../../agent/ports/tasks.ts';
import type { Event } from '../../../agent/state-machine/event.ts';
import { freshMemory, type Memory, type Phase } from '../../../agent/state-machine/memory.ts';
import { checkMove, moves } from '../../../agent/state-machine/moves.ts';
import { step } from '../../../agent/state-machine/step.ts';
import { hashOf, targetOf } from '../../support/lock-world/host.ts';

const time = '2026-01-01T00:00:00Z';
const target = targetOf('v2');
const goal = { version: 'v2', rootHash: target.rootHash, grant: target.grant };
const plan = { goal, target, expires: '2026-06-01T00:00:00Z' };
const hold: Hold = {
  kind: 'etcd',
  endpoints: ['e'],
  group: 'g',
  host: 'h',
  clusterId: 'c',
  boot: 'boot-1',
  nonce: 'n1',
};
const reason = 'why';
const task: Task = { kind: 'command', name: 'df', key: 'e'.repeat(64), group: null, timeoutSeconds: 60 };
const reboot: Task = { ...task, kind: 'reboot' };

const phases: { [At in Phase['at']]: Extract<Phase, { at: At }> } = {
  idle: { at: 'idle' },
  offered: { at: 'offered', plan },
  written: { at: 'written', plan, fresh: false },
  acquiring: { at: 'acquiring', plan, attempt: hold, drawn: true, maybe: false },
  locked: { at: 'locked', plan, hold, drained: true },
  flipped: { at: 'flipped', goal, hold, generation: 2, attempt: hold },
  rebooting: { at: 'rebooting', goal, hold, generation: 2, attempt: null, confirmed: true },
  trying: { at: 'trying', goal, hold, generation: 2, healthy: true },
  confirmed: { at: 'confirmed', goal, hold },
  condemned: { at: 'condemned', goal, hold, generation: 2, reason, marked: true },
  fellBack: { at: 'fellBack', goal, hold, generation: null, reason, failed: true },
  healed: { at: 'healed', goal, hold, reason, failed: true },
  cancelling: { at: 'cancelling', goal, hold, generation: null, reason },
  finished: { at: 'finished', goal },
  wanted: { at: 'wanted', task },
  asking: { at: 'asking', task, attempt: hold, drawn: true, maybe: false },
  holding: { at: 'holding', task, hold, drained: true, attempt: hold },
  working: { at: 'working', task, hold, lost: false },
  restarting: { at: 'restarting', task, hold, attempt: null, confirmed: true },
  returning: { at: 'returning', task, hold, end: { ok: true, problem: '' }, drained: false },
};

const running = (version: string): Running => ({
  bootId: 'boot-2',
  slot: version === 'v2' ? 'b' : 'a',
  rootHash: hashOf(version),
  name: 'core',
  version,
  arch: 'x86-64',
});
const boots = (version: string, blessed = true): Event => ({
  kind: 'started',
  time,
  running: running(version),
  generation: 2,
  blessed,
  generations: [1, 2],
  retrySeconds: 60,
});
const looked = (found: Extract<Event, { kind: 'looked' }>['found']): Event => ({
  kind: 'looked',
  time,
  found,
  pollSeconds: 300,
});
const answered = (answer: AcquireAnswer): Event => ({ kind: 'acquired', time, nonce: 'n1', answer });
const full = answered({ kind: 'wait', reason: 'full', holders: [], problem: 'full' });
const held = answered({ kind: 'held', hold, revision: '7' });
const released: Event = { kind: 'released', time, answer: { kind: 'released', revision: '8' } };

/** One event for every move of the table. */
const table: [Phase['at'], Event, Phase['at'], Partial<Phase>?][] = [
  ['idle', looked({ target, expires: plan.expires }), 'offered'],
  ['idle', { kind: 'order', time, goal, target: null, isRollback: true }, 'written'],
  ['idle', boots('v1', false), 'trying'],
  ['offered', { kind: 'wrote', time }, 'written'],
  ['offered', { kind: 'failed', time, code: 'disk_invalid', problem: '', retry: 'never' }, 'idle'],
  ['offered', boots('v2', false), 'trying'],
  ['written', { kind: 'drew', time, nonce: 'n2', place: hold }, 'acquiring', { fresh: true }],
  ['written', looked({ target: targetOf('v3'), expires: null }), 'offered'],
  ['written', looked({ none: 'blocked', problem: '' }), 'idle'],
  ['acquiring', held, 'locked'],
  ['acquiring', full, 'written'],
  ['acquiring', { kind: 'cancel', time }, 'cancelling'],
  ['acquiring', boots('v2'), 'trying'],
  ['locked', { kind: 'flipped', time, generation: 2 }, 'flipped'],
  ['locked', boots('v1'), 'acquiring'],
  ['locked', { kind: 'failed', time, code: 'loader_unsafe', problem: '', retry: 'never' }, 'cancelling'],
  ['locked', boots('v2', false), 'trying'],
  ['flipped', held, 'rebooting'],
  ['flipped', full, 'cancelling'],
  ['flipped', boots('v2', false), 'trying'],
  ['flipped', boots('v1'), 'fellBack'],
  ['rebooting', boots('v2', false), 'trying'],
  ['rebooting', boots('v1'), 'fellBack'],
  ['trying', { kind: 'markedGood', time }, 'confirmed'],
  ['trying', { kind: 'unhealthy', time, check: 'c', problem: 'p' }, 'condemned', { healthy: false }],
  ['trying', boots('v1'), 'fellBack'],
  ['confirmed', released, 'finished'],
  ['confirmed', boots('v1'), 'fellBack'],
  ['condemned', boots('v2', false), 'trying'],
  ['condemned', boots('v1'), 'fellBack'],
  ['fellBack', { kind: 'healthy', time }, 'healed'],
  ['fellBack', boots('v2', false), 'trying'],
  ['healed', released, 'idle'],
  ['healed', boots('v1'), 'fellBack'],
  ['healed', boots('v2', false), 'trying'],
  ['cancelling', released, 'idle'],
  ['cancelling', boots('v2', false), 'trying'],
  ['finished', { kind: 'hooked', time }, 'idle'],
  ['idle', { kind: 'maintain', time, task }, 'wanted'],
  ['wanted', { kind: 'drew', time, nonce: 'n2', place: hold }, 'asking'],
  ['wanted', { kind: 'cancel', time }, 'idle'],
  ['asking', held, 'working'],
  ['asking', held, 'holding', { task: reboot }],
  ['asking', full, 'wanted'],
  ['asking', boots('v1'), 'returning'],
  ['holding', held, 'restarting'],
  ['holding', { kind: 'cancel', time }, 'returning'],
  ['working', { kind: 'ended', time, ok: false, problem: 'x' }, 'returning'],
  ['working', { kind: 'maintain', time, task: reboot }, 'restarting', { lost: true }],
  ['restarting', boots('v1'), 'returning'],
  ['returning', released, 'idle'],
];

function memoryAt(from: Phase['at'], change: Partial<Phase> = {}): Memory {
  return {
    ...freshMemory(time),
    boots: ['boot-1'],
    running: { ...running('v1'), bootId: 'boot-1' },
    phase: { ...phases[from], ...change } as Phase,
  };
}

it.each(table)('%s → (%o) → %s', (from, event, to, change) => {
  const { memory } = step(memoryAt(from, change), event);
  expect(memory.phase.at).toBe(to);
});

it('tries every move of the table once', () => {
  const tried = table.map(([from, , to]) => `${from} ${to}`);
  const all = Object.entries(moves).flatMap(([from, tos]) => tos.map((to) => `${from} ${to}`));
  expect(tried.toSorted()).toEqual(all.toSorted());
});

it('refuses a move that the table does not name', () => {
  expect(() => checkMove('rebooting', 'cancelling')).toThrow(/no move from rebooting to cancelling/);
});

it('ignores events that answer nothing', () => {
  const events: Event[] = [
    { kind: 'wrote', time },
    { kind: 'drew', time, nonce: 'late', place: hold },
    answered({ kind: 'held', hold: { ...hold, nonce: 'old' }, revision: '9' }),
    { kind: 'hooked', time },
    { kind: 'flipped', time, generation: 9 },
    { kind: 'unflipped', time },
    { kind: 'markedGood', time },
    { kind: 'markedBad', time },
    released,
    { kind: 'healthy', time },
  ];
  const phase: Phase = { ...phases.rebooting };
  const memory = { ...memoryAt('rebooting'), phase };
  for (const event of events) expect(step(memory, event).memory).toEqual(memory);
});

it('does not blame a version for a power cut, and blames it when the old slot came back', () => {
  const cut = step(memoryAt('trying', { healthy: false }), boots('v2', false)).memory;
  expect(cut.failed).toEqual({});
  const back = step(memoryAt('rebooting'), boots('v1')).memory;
  expect(back.failed[goal.rootHash]?.version).toBe('v2');
  const lost = step(memoryAt('confirmed'), boots('v1')).memory;
  expect(lost.failed).toEqual({});
});

it('takes a lost place to where the lock is configured now, by an operator’s word only', () => {
  const place = { kind: 'etcd' as const, endpoints: ['new'], group: 'g2', host: 'other' };
  const before = { ...memoryAt('confirmed'), seen: { c: '9' } };
  const plain = step(before, { kind: 'acknowledge', time, place: null }).memory;
  expect(plain).toEqual({ ...before, seen: {} });
  const moved = step(before, { kind: 'acknowledge', time, place }).memory;
  expect(moved.phase).toMatchObject({ hold: { ...place, host: 'h', boot: 'boot-1', clusterId: '' } });
});

it('keeps at most 64 reports, 16 boot ids and 32 failures', () => {
  let memory = memoryAt('idle');
  for (let n = 0; n < 80; n++) {
    const hash = n.toString(16).padStart(64, '0');
    const phase: Phase = {
      ...phases.trying,
      goal: { version: `v${n}`, rootHash: hash, grant: null },
      healthy: false,
    };
    const event: Event = { kind: 'unhealthy', time, check: 'c', problem: 'p' };
    const boot = { ...(boots('v1') as Extract<Event, { kind: 'started' }>) };
    memory = step({ ...memory, phase }, event).memory;
    memory = step(memory, { ...boot, running: { ...boot.running, bootId: `b${n}` } }).memory;
  }
  expect(memory.reports).toHaveLength(64);
  expect(new Set(memory.reports.map(({ id }) => id)).size).toBe(64);
  expect(memory.boots).toHaveLength(16);
  expect(Object.keys(memory.failed)).toHaveLength(32);
});
