import { hourMs } from '../../protocol/time/durations.ts';
import { wait } from './change.ts';
import type { EventOf } from './event.ts';
import { giveUp } from './lock-steps.ts';
import type { Memory } from './memory.ts';
import { giveTaskUp } from './task-steps.ts';
import { underWay } from './under-way.ts';

/** A clock may be set meanwhile: what is waited for is looked at again after this long. */
const longestSeconds = (12 * hourMs) / 1000;

/** An operator wants the update written now and booted later. Throws `usage` once a place is asked for. */
export function onStage(memory: Memory, { until }: EventOf<'stage'>): Memory {
  const { at } = memory.phase;
  if (at !== 'idle' && at !== 'offered' && at !== 'written') throw underWay(at);
  return { ...memory, staged: { until }, wait: null };
}

/** An operator wants it to go on. */
export function onProceed({ staged: _, ...memory }: Memory, { anyTime }: EventOf<'proceed'>): Memory {
  const known = anyTime ? { ...memory, anyTime } : memory;
  return memory.phase.at === 'written' ? { ...known, wait: null } : known;
}

/** The host's own windows are closed: what is written waits, and a place that may be held is given back. */
export function onClosed(memory: Memory, { time, next, reason, code }: EventOf<'closed'>): Memory {
  const { phase } = memory;
  const known = code ? { ...memory, problem: { at: time, code, problem: reason } } : memory;
  switch (phase.at) {
    case 'written':
      return waitFor(known, time, next, reason);
    case 'acquiring':
    case 'locked':
    case 'flipped':
      return giveUp(known, time, phase, reason);
    case 'wanted':
      return waitFor(known, time, next, reason);
    case 'asking':
    case 'holding':
      return giveTaskUp(known, time, phase, reason) ?? known;
    default:
      return memory;
  }
}

/** What was staged waits in `written`, whatever ends its pauses; both orders end with the update. */
export function keepStaged(memory: Memory, time: string): Memory {
  const { staged, anyTime: _, ...plain } = memory;
  const { at } = memory.phase;
  if (at === 'idle') return memory.wait ? plain : memory;
  if (!staged || at === 'offered') return memory;
  const { staged: __, ...going } = memory;
  if (at !== 'written') return going;
  if (staged.until && Date.parse(staged.until) <= Date.parse(time)) return { ...going, wait: null };
  return memory.wait ? memory : waitFor(memory, time, staged.until, 'staged');
}

function waitFor(memory: Memory, time: string, until: string | null, reason: string): Memory {
  const left = until ? (Date.parse(until) - Date.parse(time)) / 1000 : null;
  const pause = left ?? (reason === 'staged' ? longestSeconds : memory.retrySeconds);
  return wait(memory, time, Math.min(Math.max(pause, 1), longestSeconds), reason);
}
