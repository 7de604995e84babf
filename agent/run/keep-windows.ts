import type { Ports } from '../ports/ports.ts';
import type { Effect, EventBody } from '../state-machine/event.ts';
import type { Memory, Phase } from '../state-machine/memory.ts';

/** Steps towards a reboot, by the phase they are taken in: before each the windows are looked at again, for a drain may take long. */
const outward: Partial<Record<Phase['at'], readonly Effect['kind'][]>> = {
  written: ['look', 'draw'],
  acquiring: ['draw'],
  locked: ['hooks', 'flip', 'flipBack'],
  flipped: ['draw'],
  wanted: ['draw'],
  asking: ['draw'],
  holding: ['hooks', 'draw'],
};

/** Whether a step leads to this host’s reboot. */
export function isOutward({ kind }: Effect, at: Phase['at']): boolean {
  return outward[at]?.includes(kind) ?? false;
}

/** What keeps a host inside its own windows: the event instead of a step that leads out of them, or null. */
export async function closedBefore(
  effect: Effect,
  { calendar, clock }: Pick<Ports, 'calendar' | 'clock'>,
  { phase, anyTime }: Memory,
): Promise<EventBody | null> {
  if (!calendar || anyTime || !isOutward(effect, phase.at)) return null;
  const opening = await calendar.opening(clock.now());
  if (opening.isOpen) return null;
  const { next, reason, code } = opening;
  return { kind: 'closed', next, reason, ...(code && { code }) };
}
