import { dayMs } from '../../protocol/time/durations.ts';
import type { Running } from '../ports/host.ts';
import type { Hold } from '../ports/lock.ts';
import type { Goal } from '../ports/trust.ts';
import { reach, remember, report } from './change.ts';
import type { EventOf } from './event.ts';
import type { Memory } from './memory.ts';
import { taskAfterBoot, taskAgain } from './task-steps.ts';

const maxBoots = 16;
/** No wait is longer; one that seems so was made while the clock was wrong. */
const longestWaitMs = dayMs;

/** The agent starts, after a boot or in the middle of one: what the kernel says decides where the journey stands. */
export function onStarted(memory: Memory, event: EventOf<'started'>): Memory {
  const { running, time } = event;
  const isNewBoot = memory.boots.at(-1) !== running.bootId;
  const left = memory.wait ? Date.parse(memory.wait.until) - Date.parse(time) : 0;
  // a time that the calendar has not is none to wait for
  const isDue = !(left > 0 && left <= longestWaitMs);
  const known: Memory = {
    ...memory,
    running,
    retrySeconds: event.retrySeconds,
    boots: isNewBoot ? [...memory.boots, running.bootId].slice(-maxBoots) : memory.boots,
    wait: isNewBoot || isDue ? null : memory.wait,
    slots: { ...memory.slots, [running.slot]: { version: running.version, rootHash: running.rootHash } },
  };
  return isNewBoot ? afterBoot(known, event) : again(known, event);
}

/** The same boot: an attempt in flight may have succeeded, and a reboot was asked for in vain. */
function again(memory: Memory, { time }: EventOf<'started'>): Memory {
  const { phase } = memory;
  if ('task' in phase) return taskAgain(memory, phase);
  if (phase.at === 'acquiring' && phase.drawn)
    return keepWait(memory, { ...phase, drawn: false, maybe: true });
  if (phase.at === 'flipped' && phase.attempt) return keepWait(memory, { ...phase, attempt: null });
  if (phase.at === 'rebooting') return keepWait(memory, { ...phase, attempt: null, confirmed: false });
  if (phase.at === 'written' && phase.fresh && !memory.wait && phase.plan.expires) {
    return reach(memory, time, { ...phase, fresh: false });
  }
  return memory;
}

function keepWait(memory: Memory, phase: Memory['phase']): Memory {
  return { ...memory, phase };
}

function afterBoot(memory: Memory, event: EventOf<'started'>): Memory {
  const { phase } = memory;
  const { time, running } = event;
  if ('task' in phase) {
    const next = taskAfterBoot(memory, time, phase);
    return next.phase.at === 'idle' && !event.blessed ? unremembered(next, event) : next;
  }
  switch (phase.at) {
    case 'idle':
      return event.blessed ? memory : unremembered(memory, event);
    case 'offered':
      if (!event.blessed) return unremembered(memory, event);
      return phase.plan.goal.rootHash === running.rootHash ? reach(memory, time, { at: 'idle' }) : memory;
    case 'written':
      if (phase.plan.goal.rootHash === running.rootHash) return reach(memory, time, { at: 'idle' });
      return { ...memory, phase: { ...phase, fresh: phase.plan.expires === null } };
    case 'acquiring':
    case 'locked': {
      const { plan } = phase;
      const attempt = phase.at === 'locked' ? phase.hold : phase.attempt;
      if (plan.goal.rootHash === running.rootHash) return onTrial(memory, event, plan.goal, attempt);
      const next = { at: 'acquiring' as const, plan, attempt, drawn: false, maybe: true };
      return reach({ ...memory, unproven: true }, time, next);
    }
    case 'condemned':
      if (phase.goal.rootHash === running.rootHash && !phase.marked) return memory;
      return landed(memory, event, phase, phase.reason, true);
    case 'flipped':
    case 'rebooting':
    case 'trying':
      // a vfat rename that lost its power may leave no name at all: nobody knows how the version would have fared
      return event.generations.includes(phase.generation)
        ? landed(memory, event, phase, 'the new slot did not come up', true)
        : landed(memory, event, phase, 'the boot entry was lost with the power', false);
    case 'confirmed':
      // proven before the cut and its place perhaps gone: no second trial, for a trial may end in a reboot
      if (phase.goal.rootHash === running.rootHash) return { ...memory, unproven: true };
      return landed(memory, event, phase, 'the confirmed slot does not run any more', false);
    case 'fellBack':
    case 'healed':
      return landed(memory, event, phase, phase.reason, phase.failed);
    case 'cancelling':
      if (phase.goal.rootHash === running.rootHash) return onTrial(memory, event, phase.goal, phase.hold);
      return { ...memory, unproven: true };
    case 'finished':
      return memory;
  }
}

/** After a boot that could have gone either way: the target is on trial, or the old slot runs again. */
function landed(
  memory: Memory,
  event: EventOf<'started'>,
  from: { at: string; goal: Goal; hold: Hold; generation?: number | null },
  reason: string,
  failed: boolean,
): Memory {
  const { goal, hold, generation = null } = from;
  if (goal.rootHash === event.running.rootHash) return onTrial(memory, event, goal, hold);
  const fallen = reach(memory, event.time, { at: 'fellBack', goal, hold, generation, reason, failed });
  if (from.at === 'fellBack' || from.at === 'healed') return fallen;
  const reported = report(fallen, event.time, 'fell_back', goal, reason);
  return failed ? remember(reported, event.time, goal, reason) : reported;
}

function onTrial(memory: Memory, event: EventOf<'started'>, goal: Goal, hold: Hold): Memory {
  const { time, generation } = event;
  return reach(memory, time, { at: 'trying', goal, hold, generation, healthy: false });
}

/** A slot on trial that this memory knows nothing of: the memory was lost in between. */
function unremembered(memory: Memory, event: EventOf<'started'>): Memory {
  return onTrial(memory, event, goalOf(event.running), noHold(event.running));
}

function goalOf({ version, rootHash }: Running): Goal {
  return { version, rootHash, grant: null };
}

/** A host without memory guesses no hold: there is nothing to give back. */
function noHold({ bootId }: Running): Hold {
  return {
    kind: 'none',
    endpoints: [],
    group: '',
    host: '',
    clusterId: '',
    boot: `before-${bootId}`,
    nonce: '',
  };
}
