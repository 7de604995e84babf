import type { AcquireAnswer, Hold } from '../ports/lock.ts';
import { backOff, reach, wait } from './change.ts';
import type { EventOf } from './event.ts';
import type { End, Memory } from './memory.ts';
import type { TaskPhase } from './task-effects.ts';
import { underWay } from './under-way.ts';

/** A place is not kept longer than this many failed tries of a hook. */
const maxTriesWithPlace = 5;

/**
 * Maintenance is ordered. A reboot goes on with an update that is written already, and is the way out for a host whose task
 * was cut off: only a new boot tells how it fares. Throws `usage` while something else is under way.
 */
export function onMaintain(memory: Memory, { time, task }: EventOf<'maintain'>): Memory {
  const { phase } = memory;
  const isReboot = task.kind === 'reboot';
  if (phase.at === 'written' && isReboot) {
    const { staged: _, ...going } = memory;
    return { ...going, wait: null };
  }
  if (phase.at === 'working' && phase.lost && isReboot) {
    const { hold } = phase;
    return reach(memory, time, { at: 'restarting', task, hold, attempt: null, confirmed: false });
  }
  if (phase.at !== 'idle') throw underWay(phase.at);
  return reach(memory, time, { at: 'wanted', task });
}

/** A task has ended by its own record: the host is to be found healthy next. */
export function onEnded(memory: Memory, { time, ok, problem }: EventOf<'ended'>): Memory {
  const { phase } = memory;
  return phase.at === 'working' ? returning(memory, time, phase, { ok, problem }) : memory;
}

/** A task was cut off: under this boot nobody can say that it is over. */
export function onLost(memory: Memory, { time, problem }: EventOf<'lost'>): Memory {
  const { phase } = memory;
  if (phase.at !== 'working') return memory;
  const known = { ...memory, problem: { at: time, code: 'task_lost', problem } };
  return { ...known, phase: { ...phase, lost: true } };
}

/** A nonce was drawn for maintenance. */
export function drewForTask(
  memory: Memory,
  { time, place }: EventOf<'drew'>,
  phase: TaskPhase,
  fresh: (hold: Hold) => Hold,
): Memory {
  switch (phase.at) {
    case 'wanted': {
      const { task } = phase;
      const attempt = fresh({ ...place, clusterId: '', boot: '', nonce: '' });
      return reach(memory, time, { at: 'asking', task, attempt, drawn: true, maybe: false });
    }
    case 'asking':
      if (phase.drawn) return memory;
      return reach(memory, time, { ...phase, attempt: fresh(phase.attempt), drawn: true });
    case 'holding':
    case 'restarting': {
      const isDue = phase.at === 'holding' ? phase.drained : !phase.confirmed;
      if (!isDue || phase.attempt) return memory;
      return reach(memory, time, { ...phase, attempt: fresh(phase.hold) });
    }
    default:
      return memory;
  }
}

/** The lock gave the place: the task is on the disk before it starts, and so is a reboot. */
export function heldForTask(memory: Memory, time: string, phase: TaskPhase, hold: Hold): Memory {
  const { task } = phase;
  const known = { ...memory, problem: null };
  if (phase.at !== 'asking') {
    const next = { at: 'restarting', task, hold, attempt: null, confirmed: true } as const;
    return reach({ ...known, unproven: true }, time, next);
  }
  if (task.kind === 'reboot')
    return reach(known, time, { at: 'holding', task, hold, drained: false, attempt: null });
  return reach({ ...known, unproven: true }, time, { at: 'working', task, hold, lost: false });
}

/** The lock gave no place for maintenance, or nobody knows. */
export function notHeldForTask(
  memory: Memory,
  time: string,
  phase: TaskPhase,
  answer: Exclude<AcquireAnswer, { kind: 'held' }>,
): Memory {
  const { problem } = answer;
  const isUnknown = answer.kind === 'unknown';
  const pause = (next: Memory) =>
    isUnknown ? backOff(next, time, problem) : wait(next, time, next.retrySeconds, problem);
  if (phase.at === 'asking') {
    const maybe = phase.maybe || isUnknown;
    if (maybe) return pause({ ...memory, phase: { ...phase, drawn: false, maybe } });
    return pause(reach(memory, time, { at: 'wanted', task: phase.task }));
  }
  if (phase.at !== 'holding' && phase.at !== 'restarting') return memory;
  const isSure = !isUnknown && answer.reason !== 'quorum' && answer.reason !== 'unreachable';
  if (phase.at === 'holding' && isSure) return returning(memory, time, phase, { ok: false, problem });
  return pause({ ...memory, phase: { ...phase, attempt: null } });
}

/** Gives maintenance up before its point of no return. Null when it is too late. */
export function giveTaskUp(memory: Memory, time: string, phase: TaskPhase, problem: string): Memory | null {
  if (phase.at === 'wanted') return rest(memory, time, phase.task.name, { ok: false, problem });
  if (phase.at !== 'asking' && phase.at !== 'holding') return null;
  return returning(memory, time, phase, { ok: false, problem });
}

/** The place is given back. */
export function returned(
  memory: Memory,
  time: string,
  phase: Extract<TaskPhase, { at: 'returning' }>,
): Memory {
  return rest({ ...memory, problem: null }, time, phase.task.name, phase.end);
}

/** A step of maintenance threw. */
export function taskFailed(
  memory: Memory,
  { time, problem, retry }: EventOf<'failed'>,
  phase: TaskPhase,
): Memory {
  switch (phase.at) {
    case 'asking':
      if (phase.maybe) return backOff({ ...memory, phase: { ...phase, drawn: false } }, time, problem);
      return backOff(reach(memory, time, { at: 'wanted', task: phase.task }), time, problem);
    case 'holding':
      if (phase.drained) return backOff({ ...memory, phase: { ...phase, attempt: null } }, time, problem);
      if (retry !== 'never' && memory.tries + 1 < maxTriesWithPlace) return backOff(memory, time, problem);
      return returning(memory, time, phase, { ok: false, problem });
    case 'restarting':
      return backOff({ ...memory, phase: { ...phase, attempt: null, confirmed: false } }, time, problem);
    case 'returning':
      // a hook that fails must not keep the place
      if (!memory.unproven && phase.drained) return { ...memory, phase: { ...phase, drained: false } };
      return backOff(memory, time, problem);
    default:
      return backOff(memory, time, problem);
  }
}

/** The agent starts again under the same boot: an attempt whose answer was missed is made anew. */
export function taskAgain(memory: Memory, phase: TaskPhase): Memory {
  if (phase.at === 'asking' && phase.drawn)
    return { ...memory, phase: { ...phase, drawn: false, maybe: true } };
  if (phase.at === 'holding') return { ...memory, phase: { ...phase, attempt: null } };
  if (phase.at === 'restarting') return { ...memory, phase: { ...phase, attempt: null, confirmed: false } };
  return memory;
}

/** After a boot nothing of a task runs any more; its place goes once the host is found healthy. */
export function taskAfterBoot(memory: Memory, time: string, phase: TaskPhase): Memory {
  const problem = 'the host restarted before it ended';
  if (phase.at === 'wanted') return rest(memory, time, phase.task.name, { ok: false, problem });
  const unproven = { ...memory, unproven: true };
  if (phase.at === 'returning') return unproven;
  const isDone = phase.at === 'restarting';
  return returning(unproven, time, phase, { ok: isDone, problem: isDone ? '' : problem });
}

function returning(
  memory: Memory,
  time: string,
  phase: Exclude<TaskPhase, { at: 'wanted' }>,
  end: End,
): Memory {
  const hold = phase.at === 'asking' ? phase.attempt : phase.hold;
  const drained = phase.at === 'holding' || phase.at === 'restarting';
  return reach(memory, time, { at: 'returning', task: phase.task, hold, end, drained });
}

function rest(memory: Memory, time: string, name: string, end: End): Memory {
  const idle = reach({ ...memory, lastTask: { name, at: time, ...end } }, time, { at: 'idle' });
  return wait(idle, time, 1, end.problem || 'maintained');
}
