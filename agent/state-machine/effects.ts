import type { Effect } from './event.ts';
import type { Memory, Phase } from './memory.ts';
import { type TaskPhase, take, taskEffectOf } from './task-effects.ts';

/** The one thing to do next; a function of the memory alone, so a crash is followed by the same step again. */
export function effectsOf(memory: Memory): Effect[] {
  if (memory.wait) return [];
  const effect =
    'task' in memory.phase ? taskEffectOf(memory.phase, memory) : effectOf(memory.phase, memory.unproven);
  return effect ? [effect] : [];
}

function effectOf(phase: Exclude<Phase, TaskPhase>, unproven: boolean): Effect {
  switch (phase.at) {
    case 'idle':
      return { kind: 'look' };
    case 'offered':
      return { kind: 'write', target: phase.plan.target };
    case 'written':
      return phase.fresh ? { kind: 'draw' } : { kind: 'look' };
    case 'acquiring':
      return take(phase.drawn ? phase.attempt : null, phase.plan.goal.rootHash);
    case 'locked':
      if (!phase.drained) return { kind: 'hooks', when: 'pre-reboot' };
      return phase.plan.target ? { kind: 'flip', target: phase.plan.target } : { kind: 'flipBack' };
    case 'flipped':
      return take(phase.attempt, phase.goal.rootHash);
    case 'rebooting':
      return phase.confirmed ? { kind: 'reboot' } : take(phase.attempt, phase.goal.rootHash);
    case 'trying':
      return phase.healthy ? { kind: 'markGood', generation: phase.generation } : { kind: 'health' };
    case 'confirmed':
      if (unproven) return { kind: 'health' };
      return { kind: 'release', hold: phase.hold, rootHash: phase.goal.rootHash, verdict: { ok: true } };
    case 'condemned':
      return phase.marked ? { kind: 'reboot' } : { kind: 'markBad', generation: phase.generation };
    case 'fellBack':
      return phase.generation === null
        ? { kind: 'health' }
        : { kind: 'unflip', generation: phase.generation };
    case 'healed': {
      const verdict = phase.failed ? { ok: false as const, reason: phase.reason } : null;
      return { kind: 'release', hold: phase.hold, rootHash: phase.goal.rootHash, verdict };
    }
    case 'cancelling':
      if (phase.generation !== null) return { kind: 'unflip', generation: phase.generation };
      if (phase.drained) return { kind: 'hooks', when: 'post-confirm' };
      return unproven ? { kind: 'health' } : { kind: 'cancel', hold: phase.hold };
    case 'finished':
      return { kind: 'hooks', when: 'post-confirm' };
  }
}
