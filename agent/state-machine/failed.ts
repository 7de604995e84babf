import { backOff, isOver, reach, report, restFactor, wait } from './change.ts';
import type { EventOf } from './event.ts';
import { giveUp } from './lock-steps.ts';
import type { Memory } from './memory.ts';
import { taskFailed } from './task-steps.ts';

/** A place is not kept longer than this many failed tries of a hook or a flip. */
const maxTriesWithPlace = 5;

/** Bytes that were fetched anew, from elsewhere where there is one, and are wrong again: this is reported to the server now. */
const wrongBytes = ['payload_mismatch', 'payload_invalid'];
/** This host's disk is not the release's fault. */
const ownDisk = ['disk_full', 'disk_failed', 'space_missing'];

/** An effect threw: it is tried again later, unless the update is better given up. */
export function onFailed(memory: Memory, event: EventOf<'failed'>): Memory {
  const { time, code, problem, retry } = event;
  const known = { ...memory, problem: { at: time, code, problem } };
  const { phase } = known;
  if ('task' in phase) return taskFailed(known, event, phase);
  switch (phase.at) {
    case 'offered': {
      const isHopeless = retry === 'never' || wrongBytes.includes(code);
      if (!isHopeless && !isOver(phase.plan.expires, time)) return backOff(known, time, problem);
      const idle = wait(reach(known, time, { at: 'idle' }), time, known.retrySeconds * restFactor, problem);
      return report(idle, time, ownDisk.includes(code) ? 'cancelled' : 'failed', phase.plan.goal, problem);
    }
    case 'acquiring':
      if (phase.maybe) return backOff({ ...known, phase: { ...phase, drawn: false } }, time, problem);
      return backOff(
        reach(known, time, { at: 'written', plan: phase.plan, fresh: phase.plan.expires === null }),
        time,
        problem,
      );
    case 'flipped':
    case 'rebooting': {
      const next = phase.at === 'flipped' ? phase : { ...phase, confirmed: false };
      return backOff({ ...known, phase: { ...next, attempt: null } }, time, problem);
    }
    case 'locked':
      if (retry !== 'never' && known.tries + 1 < maxTriesWithPlace) return backOff(known, time, problem);
      return giveUp(known, time, phase, problem);
    case 'finished':
      return wait(reach(known, time, { at: 'idle' }), time, known.retrySeconds, problem);
    case 'cancelling':
      // a hook that fails must not keep the place
      if (phase.generation === null && phase.drained)
        return { ...known, phase: { ...phase, drained: false } };
      return backOff(known, time, problem);
    default:
      return backOff(known, time, problem);
  }
}
