import { effectsOf } from './effects.ts';
import type { Effect, Event } from './event.ts';
import { onFailed } from './failed.ts';
import { onAcquired, onDrew, onReleased } from './lock-steps.ts';
import type { Memory } from './memory.ts';
import { onAcknowledge, onCancel, onConfirm, onNoted, onOrder, onRetry } from './orders.ts';
import { keepStaged, onClosed, onProceed, onStage } from './staged.ts';
import { onStarted } from './started.ts';
import { onEnded, onLost, onMaintain } from './task-steps.ts';
import { onHealthy, onMarkedBad, onMarkedGood, onUnhealthy } from './trial-steps.ts';
import { onCheckedIn, onFlipped, onHooked, onLooked, onUnflipped, onWrote } from './update-steps.ts';

/**
 * The whole agent as one pure function: what is known now, and the one thing to do next (none while it waits).
 * An event that does not answer the present effect changes nothing, so late and repeated answers are harmless.
 * Throws `usage` for an order that does not fit, `internal` for a move outside the table.
 */
export function step(memory: Memory, event: Event): { memory: Memory; effects: Effect[] } {
  const next = keepStaged(reduce(memory, event), event.time);
  return { memory: next, effects: effectsOf(next) };
}

function reduce(memory: Memory, event: Event): Memory {
  switch (event.kind) {
    case 'started':
      return onStarted(memory, event);
    case 'looked':
      return onLooked(memory, event);
    case 'checkedIn':
      return onCheckedIn(memory, event);
    case 'wrote':
      return onWrote(memory, event);
    case 'drew':
      return onDrew(memory, event);
    case 'acquired':
      return onAcquired(memory, event);
    case 'hooked':
      return onHooked(memory, event);
    case 'flipped':
      return onFlipped(memory, event);
    case 'unflipped':
      return onUnflipped(memory, event);
    case 'healthy':
      return onHealthy(memory, event);
    case 'unhealthy':
      return onUnhealthy(memory, event);
    case 'markedGood':
      return onMarkedGood(memory, event);
    case 'markedBad':
      return onMarkedBad(memory, event);
    case 'released':
      return onReleased(memory, event);
    case 'failed':
      return onFailed(memory, event);
    case 'reported':
      return { ...memory, reports: memory.reports.filter(({ id }) => !event.ids.includes(id)) };
    case 'check':
      return { ...memory, wait: null };
    case 'stage':
      return onStage(memory, event);
    case 'proceed':
      return onProceed(memory, event);
    case 'closed':
      return onClosed(memory, event);
    case 'order':
      return onOrder(memory, event);
    case 'maintain':
      return onMaintain(memory, event);
    case 'ended':
      return onEnded(memory, event);
    case 'lost':
      return onLost(memory, event);
    case 'retry':
      return onRetry(memory, event);
    case 'confirm':
      return onConfirm(memory);
    case 'cancel':
      return onCancel(memory, event);
    case 'noted':
      return onNoted(memory);
    case 'acknowledge':
      return onAcknowledge(memory, event);
  }
}
