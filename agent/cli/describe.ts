import type { NoneReason } from '../../protocol/api/check-in.ts';
import type { Memory, Phase } from '../state-machine/memory.ts';

const reasons: Record<NoneReason | 'cancelled_here' | 'no_server' | 'updated', string> = {
  up_to_date: 'this host runs what its channel wants',
  blocked: 'the version is blocked in the channel',
  stranded: 'a version it must pass through is blocked in the channel',
  newer_than_head: 'this host runs something newer than the channel’s head',
  no_release_for_arch: 'the version was not built for this architecture',
  no_such_channel: 'the server knows no such channel',
  no_rollout: 'the channel’s head is not being rolled out',
  scheduled: 'the rollout has not begun',
  paused: 'the rollout is paused',
  halted: 'the rollout stopped by itself, because hosts failed',
  aborted: 'the rollout was aborted',
  outside_window: 'hosts of this channel start in a window of time only',
  canary_first: 'canary hosts go first',
  not_yet: 'the rollout’s ramp has not reached this host',
  in_flight_limit: 'as many hosts are under way as may be',
  failed_here: 'the version failed on this host; try it again with: interlock-agent update --retry VERSION',
  cancelled_here:
    'an operator gave the version up on this host; try it again with: interlock-agent update --retry VERSION',
  held: 'an operator holds this host',
  pinned: 'an operator pinned this host to another version',
  cloned: 'another host uses the same identity',
  busy: 'the server is busy and said when to come again',
  no_server: 'no server is configured',
  updated: 'the update is complete',
};

const phases: Record<Phase['at'], string> = {
  idle: 'idle',
  offered: 'writing it to the other slot',
  written: 'written and verified; not booted yet',
  acquiring: 'asking for a place in the lock',
  locked: 'holding a place in the lock; hooks drain the host',
  flipped: 'the boot pointer names it',
  rebooting: 'rebooting into it',
  trying: 'on trial: its health checks must pass',
  confirmed: 'healthy and marked good; giving its place back',
  condemned: 'unhealthy: going back to the other slot',
  fellBack: 'the old slot runs again; checking its health',
  healed: 'the old slot is healthy; giving its place back',
  cancelling: 'cancelling the update',
  finished: 'updated',
};

/** A reason as a sentence; one without an entry is a sentence already. */
export function describeReason(reason: string): string {
  return Object.hasOwn(reasons, reason) ? reasons[reason as keyof typeof reasons] : reason;
}

/** A phase in words. */
export function describePhase(at: Phase['at']): string {
  return phases[at];
}

/** The version that an update under way leads to. */
export function goalOf(phase: Phase): string | undefined {
  if ('plan' in phase) return phase.plan.goal.version;
  return 'goal' in phase ? phase.goal.version : undefined;
}

/** The host's phase, and what it waits for, in one line. */
export function describeMemory({ phase, running, wait }: Memory): string {
  const version = goalOf(phase) ?? running?.version;
  const state = `${phase.at}${version ? ` ${version}` : ''}`;
  return wait ? `${state}; waits until ${wait.until}: ${describeReason(wait.reason)}` : state;
}
