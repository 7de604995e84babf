import { bar } from '../../../agent/state-machine/bar.ts';
import type { Event } from '../../../agent/state-machine/event.ts';
import type { Memory, Phase } from '../../../agent/state-machine/memory.ts';
import { shipped } from '../model/rules.ts';
import type { Mutant } from './mutant.ts';

const { step, effectsOf, release } = shipped;

/** Mistakes in when a place is given back. */
export const stateMachineMutants: readonly Mutant[] = [
  {
    name: 'release before healthy',
    mistake: 'the place is given back as soon as the new slot runs',
    rules: { step: changing((phase) => (phase.at === 'trying' ? { ...phase, at: 'confirmed' } : phase)) },
    world: { maxFaults: 0, head: 1 },
    expected: 'found',
  },
  {
    name: 'release without a new boot id',
    mistake: 'an agent that starts after the reboot was asked for takes it for done',
    rules: {
      step: releasesAtStart,
      release: (value, held, present, verdict) =>
        release(value, { ...held, boot: '' }, { ...present, boot: 'any' }, verdict),
    },
    world: { maxFaults: 1, head: 1, faults: new Set(['agent starts while the host goes down']) },
    expected: 'found',
  },
  {
    name: 'the same, by the state machine alone',
    mistake: 'the state machine takes the reboot for done; the semaphore is the shipped one',
    rules: { step: releasesAtStart },
    world: { maxFaults: 1, head: 1, faults: new Set(['agent starts while the host goes down']) },
    expected: { stoppedBy: 'the semaphore: same_boot' },
  },
  {
    name: 'cancel after rebooting',
    mistake: 'an operator may give the update up although the reboot was asked for',
    rules: { step: cancelsTooLate },
    world: {
      maxFaults: 2,
      head: 1,
      faults: new Set(['operator cancels', 'agent starts while the host goes down']),
    },
    expected: 'found',
  },
  {
    name: 'task ended is healthy',
    mistake: 'the place is given back as soon as the task has ended',
    rules: { step: believesTasks },
    world: { maxFaults: 0, head: 0, tasks: 1 },
    expected: 'found',
  },
  {
    name: 'same boot gives back after a crash',
    mistake: 'an agent that starts in the middle of a task takes it for over',
    rules: { step: forgetsTasks },
    world: { maxFaults: 1, head: 0, tasks: 1, faults: new Set(['agent crashes']) },
    expected: 'found',
  },
  {
    name: 'cancel bars nothing',
    mistake: 'what an operator gave up is taken again when it is offered again',
    rules: { step: forgetsCancels },
    world: { hosts: 1, maxFaults: 2, head: 1, faults: new Set(['agent crashes', 'operator cancels']) },
    expected: 'found',
  },
];

function believesTasks(memory: Memory, event: Event): ReturnType<typeof step> {
  const next = step(memory, event).memory;
  return answerWith(event.kind === 'ended' ? { ...next, unproven: false } : next, (phase) => phase);
}

function forgetsTasks(memory: Memory, event: Event): ReturnType<typeof step> {
  const isSameBoot = event.kind === 'started' && memory.boots.at(-1) === event.running.bootId;
  const known = step(memory, event).memory;
  const { phase } = known;
  if (!isSameBoot || phase.at !== 'working') return answerWith(known, (same) => same);
  const { task, hold } = phase;
  const end = { ok: true, problem: '' };
  return answerWith(known, () => ({ at: 'returning', task, hold, end, drained: false }));
}

function forgetsCancels(memory: Memory, event: Event): ReturnType<typeof step> {
  const { barred: _, ...next } = step(memory, event).memory;
  return answerWith(next, (phase) => phase);
}

function changing(change: (phase: Phase) => Phase): typeof step {
  return (memory, event) => answerWith({ ...step(memory, event).memory }, change);
}

function releasesAtStart(memory: Memory, event: Event): ReturnType<typeof step> {
  const isSameBoot = event.kind === 'started' && memory.boots.at(-1) === event.running.bootId;
  const next = step(memory, event).memory;
  return answerWith(next, (phase) =>
    isSameBoot && phase.at === 'rebooting' ? { at: 'confirmed', goal: phase.goal, hold: phase.hold } : phase,
  );
}

function cancelsTooLate(memory: Memory, event: Event): ReturnType<typeof step> {
  const { phase } = memory;
  if (event.kind !== 'cancel' || phase.at !== 'rebooting') return step(memory, event);
  const { goal, hold, generation } = phase;
  const barred = bar(memory, event.time, goal);
  return answerWith(barred, () => ({ at: 'cancelling', goal, hold, generation, reason: '' }));
}

function answerWith(memory: Memory, change: (phase: Phase) => Phase): ReturnType<typeof step> {
  const next = { ...memory, phase: change(memory.phase) };
  return { memory: next, effects: effectsOf(next) };
}
