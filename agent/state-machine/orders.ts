import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Hold } from '../ports/lock.ts';
import type { Goal } from '../ports/trust.ts';
import { bar, unbar } from './bar.ts';
import { forget, reach, remember, report, restFactor, wait } from './change.ts';
import type { EventOf } from './event.ts';
import { giveUp } from './lock-steps.ts';
import { noteLost, strandedIn } from './lost.ts';
import type { Memory, Phase } from './memory.ts';
import { giveTaskUp } from './task-steps.ts';
import { underWay } from './under-way.ts';
import { offer } from './update-steps.ts';

const rolledBack = 'rolled back by an operator';

/** An operator names a version for this host. Throws `usage` while another update is under way. */
export function onOrder(memory: Memory, event: EventOf<'order'>): Memory {
  const { time, goal, target } = event;
  const { phase } = memory;
  if (phase.at !== 'idle' && phase.at !== 'offered' && phase.at !== 'written') throw underWay(phase.at);
  const isGoal = (rootHash: string) => rootHash === goal.rootHash;
  const allowed = refuseRunning(unbar(forget(memory, isGoal), isGoal), event);
  const idle = phase.at === 'idle' ? allowed : reach(allowed, time, { at: 'idle' });
  if (goal.rootHash === memory.running?.rootHash) return idle;
  if (!target) {
    return reach(idle, time, { at: 'written', plan: { goal, target, expires: null }, fresh: true });
  }
  return offer(idle, time, { goal, target, expires: null });
}

/** An operator wants a version tried again that failed or was given up here, and the server asked now. */
export function onRetry(memory: Memory, { version }: EventOf<'retry'>): Memory {
  const forgotten = forget(memory, (_, failed) => failed === version);
  return { ...unbar(forgotten, (_, versions) => versions.includes(version)), wait: null };
}

/** An operator accepts the slot on trial; its health checks are not run any more. */
export function onConfirm(memory: Memory): Memory {
  if (memory.phase.at !== 'trying') {
    throw new InterlockError('usage', { problem: 'nothing is on trial: the running slot is marked good' });
  }
  return { ...memory, phase: { ...memory.phase, healthy: true }, wait: null };
}

/**
 * An update is given up. What the server takes back comes again when the server likes; what an operator gives up is
 * barred here until ordered here. Throws `cancel_late` once `rebooting` was recorded.
 */
export function onCancel(memory: Memory, event: EventOf<'cancel'>): Memory {
  const { time, reason = 'cancelled by an operator' } = event;
  const { phase } = memory;
  const stay = (goal: Goal) =>
    event.reason === undefined ? bar({ ...acceptRunning(memory), problem: null }, time, goal) : memory;
  if ('task' in phase) {
    const given = giveTaskUp(memory, time, phase, reason);
    if (given) return given;
    throw new InterlockError('usage', { problem: `${phase.task.name}: ${tooLateForTask[phase.at]}` });
  }
  switch (phase.at) {
    case 'offered':
    case 'written': {
      const idle = reach(stay(phase.plan.goal), time, { at: 'idle' });
      const rest = wait(idle, time, memory.retrySeconds * restFactor, reason);
      return report(rest, time, 'cancelled', phase.plan.goal, reason);
    }
    case 'acquiring':
    case 'locked':
      return giveUp(stay(phase.plan.goal), time, phase, reason);
    case 'flipped':
      return giveUp(stay(phase.goal), time, phase, reason);
    case 'cancelling':
    case 'condemned':
    case 'fellBack':
    case 'healed':
      // on its way back already; what is left is not to go there again
      return stay(phase.goal);
    case 'idle':
      throw new InterlockError('usage', { problem: 'no update is under way: see interlock-agent status' });
    default:
      throw new InterlockError('cancel_late', { version: phase.goal.version, problem: tooLate[phase.at] });
  }
}

const tooLateForTask: Partial<Record<Phase['at'], string>> = {
  working: 'it runs, and ends by itself or at its time limit; if it was cut off, run interlock-agent reboot',
  restarting: 'its reboot was requested',
  returning: 'it is over, and its place is being given back',
};

const tooLate = {
  rebooting: 'its reboot was requested',
  trying: 'it is running on trial',
  confirmed: 'it is running and marked good',
  finished: 'it is running and marked good',
};

/** An operator acknowledges what was lost. Throws `lock_stranded` while a place stands that nobody here took. */
export function onNoted(memory: Memory): Memory {
  if (memory.standing) throw strandedIn(memory.standing);
  return noteLost(memory);
}

/** An operator vouches for an etcd that went back in time, or says where the place of a lost one is to be given back. */
export function onAcknowledge(memory: Memory, { place }: EventOf<'acknowledge'>): Memory {
  const known = { ...memory, seen: {}, wait: null };
  const { phase } = known;
  if (!place) return known;
  const move = (hold: Hold): Hold => ({ ...hold, ...place, host: hold.host, clusterId: '' });
  if (phase.at === 'acquiring' || phase.at === 'asking') {
    return { ...known, phase: { ...phase, attempt: move(phase.attempt) } };
  }
  if (phase.at === 'holding' || phase.at === 'restarting') {
    return { ...known, phase: { ...phase, hold: move(phase.hold), attempt: null } };
  }
  if (phase.at === 'flipped' || phase.at === 'rebooting') {
    return { ...known, phase: { ...phase, hold: move(phase.hold), attempt: null } };
  }
  return 'hold' in phase ? { ...known, phase: { ...phase, hold: move(phase.hold) } } : known;
}

/** After a rollback the next look must not bring the version back that runs now. */
function refuseRunning(memory: Memory, { time, goal, isRollback }: EventOf<'order'>): Memory {
  const { running } = memory;
  if (!isRollback || !running || running.rootHash === goal.rootHash) return memory;
  const left = { version: running.version, rootHash: running.rootHash, grant: null };
  return remember(memory, time, left, rolledBack);
}

/** A cancelled rollback: the running version is wanted after all. */
function acceptRunning(memory: Memory): Memory {
  const { running } = memory;
  return forget(
    memory,
    (rootHash) => rootHash === running?.rootHash && memory.failed[rootHash]?.reason === rolledBack,
  );
}
