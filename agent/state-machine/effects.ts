import type { Hold } from '../ports/lock.ts';
import type { Goal } from '../ports/trust.ts';
import type { Effect } from './event.ts';
import type { Memory, Phase } from './memory.ts';

/** The one thing to do next; a function of the memory alone, so a crash is followed by the same step again. */
export function effectsOf(memory: Memory): Effect[] {
  return memory.wait ? [] : [effectOf(memory.phase, memory.unproven)];
}

function effectOf(phase: Phase, unproven: boolean): Effect {
  switch (phase.at) {
    case 'idle':
      return { do: 'look' };
    case 'offered':
      return { do: 'write', target: phase.plan.target };
    case 'written':
      return phase.fresh ? { do: 'draw' } : { do: 'look' };
    case 'acquiring':
      return take(phase.drawn ? phase.attempt : null, phase.plan.goal);
    case 'locked':
      if (!phase.drained) return { do: 'hooks', kind: 'pre-reboot' };
      return phase.plan.target ? { do: 'flip', target: phase.plan.target } : { do: 'flipBack' };
    case 'flipped':
      return take(phase.attempt, phase.goal);
    case 'rebooting':
      return phase.confirmed ? { do: 'reboot' } : take(phase.attempt, phase.goal);
    case 'trying':
      return phase.healthy ? { do: 'markGood', generation: phase.generation } : { do: 'health' };
    case 'confirmed':
      if (unproven) return { do: 'health' };
      return { do: 'release', hold: phase.hold, rootHash: phase.goal.rootHash, verdict: { ok: true } };
    case 'condemned':
      return phase.marked ? { do: 'reboot' } : { do: 'markBad', generation: phase.generation };
    case 'fellBack':
      return phase.generation === null ? { do: 'health' } : { do: 'unflip', generation: phase.generation };
    case 'healed': {
      const verdict = phase.failed ? { ok: false as const, reason: phase.reason } : null;
      return { do: 'release', hold: phase.hold, rootHash: phase.goal.rootHash, verdict };
    }
    case 'cancelling':
      if (phase.generation !== null) return { do: 'unflip', generation: phase.generation };
      if (phase.drained) return { do: 'hooks', kind: 'post-confirm' };
      return unproven ? { do: 'health' } : { do: 'cancel', hold: phase.hold };
    case 'finished':
      return { do: 'hooks', kind: 'post-confirm' };
  }
}

/** A nonce is drawn and written down before it is sent, so a crash never forgets a place that may be held. */
function take(attempt: Hold | null, goal: Goal): Effect {
  return attempt ? { do: 'acquire', attempt, rootHash: goal.rootHash } : { do: 'draw' };
}
