import type { Memory } from '../machine/memory.ts';

const reasons: Record<string, string> = {
  up_to_date: 'this host runs what its channel wants',
  blocked: 'the version is blocked in the channel',
  newer_than_head: 'this host runs something newer than the channel’s head',
  no_release_for_arch: 'the version was not built for this architecture',
  no_such_channel: 'the server knows no such channel',
  failed_here: 'the version failed on this host; try it again with: interlock-agent update --retry VERSION',
  held: 'an operator holds this host',
  paused: 'the rollout is paused',
  cloned: 'another host uses the same identity',
  no_server: 'no server is configured',
  updated: 'the update is complete',
};

/** A machine's reason as a sentence for people; what has no entry speaks for itself. */
export function inWords(reason: string): string {
  return reasons[reason] ?? reason;
}

/** What the host is at, in one line. */
export function describe({ phase, running, wait }: Memory): string {
  const version =
    'plan' in phase ? phase.plan.goal.version : 'goal' in phase ? phase.goal.version : running?.version;
  const state = `${phase.at}${version ? ` ${version}` : ''}`;
  return wait ? `${state}; waits until ${wait.until}: ${inWords(wait.reason)}` : state;
}
