import { otherSlot } from '../ports/host.ts';
import type { Target } from '../ports/trust.ts';
import { bar } from './bar.ts';
import { backOff, isOver, later, reach, report, wait } from './change.ts';
import type { EventOf } from './event.ts';
import { giveUp } from './lock-steps.ts';
import { withStanding } from './lost.ts';
import type { Memory, Plan } from './memory.ts';

/** The server and the signed metadata were asked: something to write, nothing, or no answer. */
export function onLooked(memory: Memory, event: EventOf<'looked'>): Memory {
  const { time, found, pollSeconds, standing, unapproved } = event;
  const { phase } = memory;
  if (phase.at !== 'idle' && (phase.at !== 'written' || phase.fresh)) return memory;
  const scheduled = scheduleCheckIn(memory, time, pollSeconds);
  const known = standing === undefined ? scheduled : withStanding(scheduled, standing);
  const seen = { ...known, look: { ...lookOf(time, found), ...(unapproved && { unapproved }) } };
  if ('target' in found) return onTarget(seen, time, found, pollSeconds);
  if ('none' in found) {
    const idle = phase.at === 'written' ? reach(seen, time, { at: 'idle' }) : { ...seen, tries: 0 };
    return wait({ ...idle, problem: null }, time, pollSeconds, found.none);
  }
  const failed = { ...seen, problem: { at: time, ...found } };
  if (phase.at === 'idle') return backOff(failed, time, found.problem);
  if (isOver(phase.plan.expires, time)) {
    return wait(reach(failed, time, { at: 'idle' }), time, pollSeconds, 'the offer has expired');
  }
  return reach(failed, time, { ...phase, fresh: true });
}

/** The host has checked in while it waits; the next check-in is one poll later. */
export function onCheckedIn(memory: Memory, { time, pollSeconds }: EventOf<'checkedIn'>): Memory {
  return scheduleCheckIn(memory, time, pollSeconds);
}

function scheduleCheckIn(memory: Memory, time: string, seconds: number): Memory {
  return { ...memory, tellAt: later(time, seconds) };
}

function onTarget(
  memory: Memory,
  time: string,
  found: { target: Target; expires: string | null },
  pollSeconds: number,
): Memory {
  const { phase, running, failed, barred } = memory;
  const { target, expires } = found;
  const { version, rootHash, grant } = target;
  const plan = { goal: { version, rootHash, grant }, target, expires };
  if (phase.at === 'written' && phase.plan.goal.rootHash === rootHash) {
    return reach(memory, time, { at: 'written', plan, fresh: true });
  }
  const refusal = rootHash === running?.rootHash ? 'up_to_date' : failed[rootHash] && 'failed_here';
  const isBarred = barred?.[rootHash] !== undefined;
  if (refusal || isBarred) {
    // it may come as another version of the same bytes: that name is reported too
    const known = isBarred ? bar(memory, time, target) : memory;
    const idle = phase.at === 'idle' ? known : reach(known, time, { at: 'idle' });
    return wait({ ...idle, tries: 0 }, time, pollSeconds, refusal || 'cancelled_here');
  }
  return offer(memory, time, plan);
}

/** Accepts a target: from now on nothing in the inactive slot can be relied on. */
export function offer(memory: Memory, time: string, plan: Plan & { target: Target }): Memory {
  const slots = { ...memory.slots };
  if (memory.running) delete slots[otherSlot(memory.running.slot)];
  return { ...reach(memory, time, { at: 'offered', plan }), slots, problem: null };
}

/** The inactive slot was written and read back. */
export function onWrote(memory: Memory, { time, detail }: EventOf<'wrote'>): Memory {
  const { phase, running } = memory;
  if (phase.at !== 'offered' || !running) return memory;
  const { goal } = phase.plan;
  const slots = {
    ...memory.slots,
    [otherSlot(running.slot)]: { version: goal.version, rootHash: goal.rootHash },
  };
  const fresh = phase.plan.expires === null;
  return report(
    reach({ ...memory, slots, problem: null }, time, { at: 'written', plan: phase.plan, fresh }),
    time,
    'written',
    goal,
    detail,
  );
}

/** Hooks ran: the host is drained, or back after the update. */
export function onHooked(memory: Memory, { time }: EventOf<'hooked'>): Memory {
  const { phase } = memory;
  if (phase.at === 'finished') return wait(reach(memory, time, { at: 'idle' }), time, 1, 'updated');
  if (phase.at === 'cancelling' || phase.at === 'returning')
    return reach(memory, time, { ...phase, drained: false });
  if (phase.at === 'holding') return reach(memory, time, { ...phase, drained: true });
  if (phase.at !== 'locked' || phase.drained) return memory;
  if (isOver(phase.plan.expires, time)) return giveUp(memory, time, phase, 'the offer has expired');
  return reach(memory, time, { ...phase, drained: true });
}

/** The boot pointer names the target. */
export function onFlipped(memory: Memory, { time, generation }: EventOf<'flipped'>): Memory {
  const { phase } = memory;
  if (phase.at !== 'locked' || !phase.drained) return memory;
  return reach(memory, time, {
    at: 'flipped',
    goal: phase.plan.goal,
    hold: phase.hold,
    generation,
    attempt: null,
  });
}

/** The boot pointer names the running slot again. */
export function onUnflipped(memory: Memory, { time }: EventOf<'unflipped'>): Memory {
  const { phase } = memory;
  if (phase.at !== 'cancelling' && phase.at !== 'fellBack') return memory;
  return reach(memory, time, { ...phase, generation: null });
}

function lookOf(time: string, found: EventOf<'looked'>['found']): NonNullable<Memory['look']> {
  if ('target' in found) return { at: time, offered: found.target.version, reason: '', problem: '' };
  if ('none' in found) return { at: time, offered: null, reason: found.none, problem: found.problem };
  return { at: time, offered: null, reason: found.code, problem: found.problem };
}
