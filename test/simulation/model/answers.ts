import type { AcquireAnswer, WaitReason } from '../../../agent/ports/lock.ts';
import type { Happening } from './agent-moves.ts';
import type { LockEffect } from './lock-values.ts';
import { clusterId } from './releases.ts';

/** How a lock's operation ends for its client. */
export type Ending = 'succeeds' | 'unknown' | 'internal' | WaitReason;

/** The event that gives the agent the result of its operation, as `agent/lock/etcd.ts` and `agent/run/perform.ts` make it. */
export function answerOf(effect: LockEffect, ending: Ending): Happening {
  if (ending === 'internal') return { kind: 'failed', code: 'internal', problem: '', retry: 'later' };
  if (effect.kind !== 'acquire') {
    return ending === 'succeeds'
      ? { kind: 'released', answer: { kind: 'released', revision: '1000' } }
      : { kind: 'released', answer: { kind: 'unknown', problem: '' } };
  }
  return { kind: 'acquired', nonce: effect.attempt.nonce, answer: acquireAnswer(effect, ending) };
}

/** Numbers are nonces here; the next one is the smallest that nothing remembers. */
export function nonceOf(number: number): string {
  return number.toString(16).padStart(32, '0');
}

function acquireAnswer(
  { attempt }: Extract<LockEffect, { kind: 'acquire' }>,
  ending: Exclude<Ending, 'internal'>,
): AcquireAnswer {
  switch (ending) {
    case 'succeeds':
      return { kind: 'held', hold: { ...attempt, clusterId }, revision: '1000' };
    case 'unknown':
      return { kind: 'unknown', problem: '' };
    default:
      return { kind: 'wait', reason: ending, holders: [], problem: '' };
  }
}
