import { backOff, isOver, reach, report, restFactor, wait } from './change.ts';
import type { EventOf } from './event.ts';
import { giveUp } from './lock-steps.ts';
import type { Memory } from './memory.ts';

/** A place is not kept longer than this many failed tries of a hook or a flip. */
const maxTriesWithPlace = 5;

/** Bytes that were fetched anew, from elsewhere where there is one, and are wrong again: the server must hear of it now. */
const wrongBytes = ['payload_mismatch', 'payload_invalid'];
/** This host's disk is not the release's fault. */
const ownDisk = ['disk_full', 'disk_failed', 'space_missing'];

/** An effect threw: it is tried again later, unless the update is better given up. */
export function onFailed(memory: Memory, { at, code, problem, retry }: EventOf<'failed'>): Memory {
  const known = { ...memory, problem: { at, code, problem } };
  const { phase } = known;
  switch (phase.at) {
    case 'offered': {
      const isHopeless = retry === 'never' || wrongBytes.includes(code);
      if (!isHopeless && !isOver(phase.plan.expires, at)) return backOff(known, at, problem);
      const idle = wait(reach(known, at, { at: 'idle' }), at, known.retrySeconds * restFactor, problem);
      return report(idle, at, ownDisk.includes(code) ? 'cancelled' : 'failed', phase.plan.goal, problem);
    }
    case 'acquiring':
      if (phase.maybe) return backOff({ ...known, phase: { ...phase, drawn: false } }, at, problem);
      return backOff(
        reach(known, at, { at: 'written', plan: phase.plan, fresh: phase.plan.expires === null }),
        at,
        problem,
      );
    case 'flipped':
    case 'rebooting': {
      const next = phase.at === 'flipped' ? phase : { ...phase, confirmed: false };
      return backOff({ ...known, phase: { ...next, attempt: null } }, at, problem);
    }
    case 'locked':
      if (retry !== 'never' && known.tries + 1 < maxTriesWithPlace) return backOff(known, at, problem);
      return giveUp(known, at, phase, problem);
    case 'finished':
      return wait(reach(known, at, { at: 'idle' }), at, known.retrySeconds, problem);
    case 'cancelling':
      // a hook that fails must not keep the place
      if (phase.generation === null && phase.drained)
        return { ...known, phase: { ...phase, drained: false } };
      return backOff(known, at, problem);
    default:
      return backOff(known, at, problem);
  }
}
