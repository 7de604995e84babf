import type { Hold } from '../ports/lock.ts';
import type { Effect } from './event.ts';
import type { Memory, Phase } from './memory.ts';

/** The phases of maintenance. */
export type TaskPhase = Extract<Phase, { task: unknown }>;

/** The one thing to do next in maintenance; none while only a new boot can help. */
export function taskEffectOf(
  phase: TaskPhase,
  { unproven, boots }: Pick<Memory, 'unproven' | 'boots'>,
): Effect | null {
  const { task } = phase;
  switch (phase.at) {
    case 'wanted':
      return { kind: 'draw' };
    case 'asking':
      return take(phase.drawn ? phase.attempt : null, task.key);
    case 'holding':
      return phase.drained ? take(phase.attempt, task.key) : { kind: 'hooks', when: 'pre-reboot' };
    case 'working':
      return phase.lost ? null : { kind: 'task', task, id: phase.hold.nonce };
    case 'restarting':
      return phase.confirmed ? { kind: 'reboot' } : take(phase.attempt, task.key);
    case 'returning': {
      if (unproven) return { kind: 'health' };
      if (phase.drained) return { kind: 'hooks', when: 'post-confirm' };
      const { hold } = phase;
      if (hold.boot === boots.at(-1)) return { kind: 'cancel', hold };
      return { kind: 'release', hold, rootHash: task.key, verdict: null };
    }
  }
}

/** A nonce is drawn and written down before it is sent, so a crash never forgets a place that may be held. */
export function take(attempt: Hold | null, rootHash: string): Effect {
  return attempt ? { kind: 'acquire', attempt, rootHash } : { kind: 'draw' };
}
