import { InterlockError } from '../../protocol/errors.ts';
import type { Hold } from '../ports.ts';
import { forget, reach, remember } from './change.ts';
import type { EventOf } from './event.ts';
import { giveUp } from './lock-steps.ts';
import type { Memory } from './memory.ts';
import { offer } from './update-steps.ts';

/** An operator names a version for this host. Throws `usage` while another update is under way. */
export function onOrder(memory: Memory, event: EventOf<'order'>): Memory {
  const { at, goal, target } = event;
  const { phase } = memory;
  if (phase.at !== 'idle' && phase.at !== 'offered' && phase.at !== 'written') throw underWay(phase.at);
  const wanted = leave(
    forget(memory, (rootHash) => rootHash === goal.rootHash),
    event,
  );
  const idle = phase.at === 'idle' ? wanted : reach(wanted, at, { at: 'idle' });
  if (goal.rootHash === memory.running?.rootHash) return idle;
  if (!target) {
    return reach(idle, at, { at: 'written', plan: { goal, target, expires: null }, fresh: true });
  }
  return offer(idle, at, { goal, target, expires: null });
}

/** An operator wants a failed version tried again, and the server asked now. */
export function onRetry(memory: Memory, { version }: EventOf<'retry'>): Memory {
  return { ...forget(memory, (_, failed) => failed === version), wait: null };
}

/** An operator vouches for the slot on trial; the health checks are not asked any more. */
export function onConfirm(memory: Memory): Memory {
  if (memory.phase.at !== 'trying') {
    throw new InterlockError('usage', { problem: 'nothing is on trial: the running slot is marked good' });
  }
  return { ...memory, phase: { ...memory.phase, healthy: true }, wait: null };
}

/** An operator or the server gives an update up; after `rebooting` was recorded it is too late. */
export function onCancel(memory: Memory, event: EventOf<'cancel'>): Memory {
  const { at, reason = 'cancelled by an operator' } = event;
  switch (memory.phase.at) {
    case 'offered':
    case 'written':
      return reach(memory, at, { at: 'idle' });
    case 'acquiring':
    case 'locked':
    case 'flipped':
      return giveUp(memory, at, memory.phase, reason);
    default:
      throw new InterlockError('usage', { problem: `nothing to cancel in phase ${memory.phase.at}` });
  }
}

/** An operator vouches for an etcd that went back in time, or says where the place of a lost one is to be given back. */
export function onAcknowledge(memory: Memory, { place }: EventOf<'acknowledge'>): Memory {
  const known = { ...memory, seen: {}, wait: null };
  const { phase } = known;
  if (!place) return known;
  const move = (hold: Hold): Hold => ({ ...hold, ...place, host: hold.host, clusterId: '' });
  if (phase.at === 'acquiring') return { ...known, phase: { ...phase, attempt: move(phase.attempt) } };
  if (phase.at === 'flipped' || phase.at === 'rebooting') {
    return { ...known, phase: { ...phase, hold: move(phase.hold), attempt: null } };
  }
  return 'hold' in phase ? { ...known, phase: { ...phase, hold: move(phase.hold) } } : known;
}

/** Who rolls back does not want the next look to bring the same version again. */
function leave(memory: Memory, { at, goal, leaves }: EventOf<'order'>): Memory {
  const { running } = memory;
  if (!leaves || !running || running.rootHash === goal.rootHash) return memory;
  const left = { version: running.version, rootHash: running.rootHash, grant: null };
  return remember(memory, at, left, 'rolled back by an operator');
}

function underWay(at: string): InterlockError {
  return new InterlockError('usage', { problem: `another update is under way (${at})` });
}
