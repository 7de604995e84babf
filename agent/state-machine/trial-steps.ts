import { reach, remember, report, wait } from './change.ts';
import type { EventOf } from './event.ts';
import type { Memory } from './memory.ts';

/** The health checks held. */
export function onHealthy(memory: Memory, { time }: EventOf<'healthy'>): Memory {
  const { phase } = memory;
  switch (phase.at) {
    case 'trying':
      return reach({ ...memory, unproven: false }, time, { ...phase, healthy: true });
    case 'fellBack': {
      if (phase.generation !== null) return memory;
      const { goal, hold, reason, failed } = phase;
      return reach({ ...memory, problem: null }, time, { at: 'healed', goal, hold, reason, failed });
    }
    case 'confirmed':
    case 'cancelling':
    case 'returning':
      return reach({ ...memory, unproven: false, problem: null }, time, phase);
    default:
      return memory;
  }
}

/** A health check failed: a target on trial is condemned; any other slot has nowhere to go and keeps its place. */
export function onUnhealthy(memory: Memory, { time, check, problem }: EventOf<'unhealthy'>): Memory {
  const { phase } = memory;
  const reason = `health check ${check}: ${problem}`;
  if (phase.at === 'trying' && !phase.healthy) {
    const { goal, hold, generation } = phase;
    const next = { at: 'condemned', goal, hold, generation, reason, marked: false } as const;
    return report(remember(reach(memory, time, next), time, goal, reason), time, 'failed', goal, reason);
  }
  if (phase.at === 'returning') {
    const known = { ...memory, problem: { at: time, code: 'health_failed', problem: reason } };
    const end = phase.end.ok ? { ok: false, problem: reason } : phase.end;
    return wait({ ...known, phase: { ...phase, end } }, time, memory.retrySeconds, reason);
  }
  if (phase.at === 'fellBack' || phase.at === 'cancelling' || phase.at === 'confirmed') {
    const known = { ...memory, problem: { at: time, code: 'health_failed', problem: reason } };
    return wait(known, time, memory.retrySeconds, reason);
  }
  return memory;
}

/** The booted entry counts no tries any more. */
export function onMarkedGood(memory: Memory, { time }: EventOf<'markedGood'>): Memory {
  const { phase } = memory;
  if (phase.at !== 'trying' || !phase.healthy) return memory;
  return reach(memory, time, { at: 'confirmed', goal: phase.goal, hold: phase.hold });
}

/** The booted entry is bad: the next boot takes the other one. */
export function onMarkedBad(memory: Memory, { time }: EventOf<'markedBad'>): Memory {
  const { phase } = memory;
  if (phase.at !== 'condemned') return memory;
  return reach(memory, time, { ...phase, marked: true });
}
