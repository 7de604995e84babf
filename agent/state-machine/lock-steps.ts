import type { TroubleCode } from '../../protocol/errors/trouble-codes.ts';
import type { Hold, WaitReason } from '../ports/lock.ts';
import { backOff, forget, isOver, reach, report, restFactor, see, wait } from './change.ts';
import type { EventOf } from './event.ts';
import { beginAfterLoss, endLoss } from './lost.ts';
import type { Memory, Phase } from './memory.ts';
import { drewForTask, heldForTask, notHeldForTask, returned } from './task-steps.ts';

type Cancellable = Extract<Phase, { at: 'acquiring' | 'locked' | 'flipped' }>;

/** A nonce was drawn. While a place may be held, the attempt goes to where it may be, whatever is configured now. */
export function onDrew(memory: Memory, event: EventOf<'drew'>): Memory {
  const { time, nonce, place } = event;
  const { phase } = memory;
  const boot = memory.boots.at(-1) ?? '';
  const fresh = (hold: Hold): Hold => ({ ...hold, boot, nonce });
  if ('task' in phase) return drewForTask(memory, event, phase, fresh);
  if (phase.at === 'written' && phase.fresh) {
    const attempt = { ...place, clusterId: '', boot, nonce };
    const next = { at: 'acquiring', plan: phase.plan, attempt, drawn: true, maybe: false } as const;
    return reach(beginAfterLoss(memory), time, next);
  }
  if (phase.at === 'acquiring' && !phase.drawn) {
    return reach(memory, time, { ...phase, attempt: fresh(phase.attempt), drawn: true });
  }
  if ((phase.at === 'flipped' || (phase.at === 'rebooting' && !phase.confirmed)) && !phase.attempt) {
    return reach(memory, time, { ...phase, attempt: fresh(phase.hold) });
  }
  return memory;
}

/** The lock answered; only the answer to the present attempt's nonce counts. */
export function onAcquired(memory: Memory, { time, nonce, answer }: EventOf<'acquired'>): Memory {
  const { phase } = memory;
  if (!('attempt' in phase) || phase.attempt?.nonce !== nonce || ('drawn' in phase && !phase.drawn))
    return memory;
  if (answer.kind === 'held') {
    const seen = see(memory, answer.hold.clusterId, answer.revision);
    if ('task' in phase) return heldForTask(seen, time, phase, answer.hold);
    return held(seen, time, phase, answer.hold);
  }
  const isUnknown = answer.kind === 'unknown';
  const pause = (next: Memory) =>
    isUnknown
      ? backOff(next, time, `the lock’s answer is unknown: ${answer.problem}`)
      : wait(next, time, next.retrySeconds, answer.problem);
  const trouble = answer.kind === 'wait' ? troubles[answer.reason] : undefined;
  const known = trouble
    ? { ...memory, problem: { at: time, code: trouble, problem: answer.problem } }
    : memory;
  if ('task' in phase) return notHeldForTask(known, time, phase, answer);
  if (phase.at === 'rebooting') return pause({ ...known, phase: { ...phase, attempt: null } });
  if (phase.at === 'flipped') {
    if (isUnknown || answer.reason === 'quorum' || answer.reason === 'unreachable') {
      return pause({ ...known, phase: { ...phase, attempt: null } });
    }
    return giveUp(known, time, phase, answer.problem);
  }
  const maybe = phase.maybe || isUnknown;
  if (maybe && isOver(phase.plan.expires, time)) return giveUp(known, time, phase, 'the offer has expired');
  if (maybe) return pause({ ...known, phase: { ...phase, drawn: false, maybe } });
  const fresh = phase.plan.expires === null;
  return pause(reach(known, time, { at: 'written', plan: phase.plan, fresh }));
}

/** Why no place was acquired, if an operator should know; a full group is normal. */
const troubles: Partial<Record<WaitReason, TroubleCode>> = {
  failure_stop: 'lock_brake',
  rewound: 'etcd_rewound',
  foreign_hold: 'lock_foreign_hold',
  quorum: 'lock_quorum',
  unreachable: 'unreachable',
};

function held(
  memory: Memory,
  time: string,
  phase: Extract<Phase, { at: 'acquiring' | 'flipped' | 'rebooting' }>,
  hold: Hold,
): Memory {
  if (phase.at === 'acquiring') {
    const { plan } = phase;
    if (isOver(plan.expires, time)) return giveUp(memory, time, phase, 'the offer has expired');
    const locked = reach({ ...memory, problem: null }, time, { at: 'locked', plan, hold, drained: false });
    return report(locked, time, 'locked', plan.goal);
  }
  const { goal, generation } = phase;
  const next = { at: 'rebooting', goal, hold, generation, attempt: null, confirmed: true } as const;
  const reached = reach(memory, time, next);
  return phase.at === 'flipped' ? report(reached, time, 'rebooting', goal) : reached;
}

/** Gives an update up before `rebooting` was recorded: first the flip goes, durably, then the place. */
export function giveUp(memory: Memory, time: string, phase: Cancellable, reason: string): Memory {
  const goal = phase.at === 'flipped' ? phase.goal : phase.plan.goal;
  const hold = phase.at === 'acquiring' ? phase.attempt : phase.hold;
  const mayBeFlipped = phase.at === 'locked' && phase.drained ? 'any' : null;
  const generation = phase.at === 'flipped' ? phase.generation : mayBeFlipped;
  const drained = phase.at !== 'acquiring';
  return reach(memory, time, { at: 'cancelling', goal, hold, generation, drained, reason });
}

/** The place is given back, or nobody knows and it is asked again. */
export function onReleased(memory: Memory, { time, answer }: EventOf<'released'>): Memory {
  const { phase } = memory;
  if (
    phase.at !== 'confirmed' &&
    phase.at !== 'healed' &&
    phase.at !== 'cancelling' &&
    phase.at !== 'returning'
  )
    return memory;
  if (answer.kind === 'unknown') {
    return backOff(memory, time, `the lock’s answer is unknown: ${answer.problem}`);
  }
  const seen = { ...see(memory, phase.hold.clusterId, answer.revision), unproven: false };
  if (phase.at === 'returning') return returned(seen, time, phase);
  const { goal } = phase;
  if (phase.at === 'confirmed') {
    const forgiven = forget(seen, (rootHash) => rootHash === goal.rootHash);
    const good = endLoss({ ...forgiven, problem: null });
    return report(reach(good, time, { at: 'finished', goal }), time, 'confirmed', goal);
  }
  const idle = reach(seen, time, { at: 'idle' });
  if (phase.at === 'healed') return wait(idle, time, memory.retrySeconds, phase.reason);
  const rest = wait(idle, time, memory.retrySeconds * restFactor, phase.reason);
  return report(rest, time, 'cancelled', goal, phase.reason);
}
