import type { NoneReason } from '../../protocol/api/check-in.ts';
import type { HostState, HostSummary } from '../../protocol/api/operator.ts';
import type { RolloutState } from '../../protocol/api/rollout.ts';

/** What a signal shows. */
export type Aspect = 'go' | 'caution' | 'stop' | 'moving' | 'dark';

/** What a table says of a word from the server: a newer one may have words that it does not know. */
export function lookUp<T>(table: Readonly<Record<string, T>>, word: string, otherwise: T): T {
  return Object.hasOwn(table, word) ? table[word]! : otherwise;
}

const rollouts: Readonly<Record<RolloutState, { aspect: Aspect; word: string }>> = {
  running: { aspect: 'go', word: 'Running' },
  paused: { aspect: 'caution', word: 'Paused' },
  halted: { aspect: 'stop', word: 'Halted' },
  completed: { aspect: 'go', word: 'Completed' },
  aborted: { aspect: 'stop', word: 'Aborted' },
  superseded: { aspect: 'dark', word: 'Superseded' },
};

/** How a state of a rollout is shown. */
export function ofRollout(state: string): { aspect: Aspect; word: string } {
  return lookUp(rollouts, state, { aspect: 'dark', word: state });
}

/** A host's answer in few words, and what would change it. */
export const ofDecision: Readonly<Record<NoneReason | 'offered', { word: string; change: string }>> = {
  offered: { word: 'under way', change: 'It is installing; nothing to do.' },
  up_to_date: { word: 'up to date', change: 'Nothing to do.' },
  blocked: { word: 'version blocked', change: 'Publish another version, or lift the block.' },
  stranded: { word: 'floor blocked', change: 'Sign a later floor, or lift the block.' },
  newer_than_head: { word: 'newer than head', change: 'Withdraw that version to send it back.' },
  no_release_for_arch: { word: 'no build for its architecture', change: 'Publish that build.' },
  no_such_channel: { word: 'unknown channel', change: 'Publish to it, or correct the host’s channel.' },
  no_rollout: { word: 'no rollout', change: 'Start one: interlock rollout start.' },
  scheduled: { word: 'rollout not begun', change: 'Its starting time.' },
  paused: { word: 'rollout paused', change: 'Resume the rollout.' },
  halted: { word: 'rollout halted', change: 'Look at what failed, then resume or roll back.' },
  aborted: { word: 'rollout aborted', change: 'Start another.' },
  outside_window: { word: 'outside the window', change: 'The policy’s window opens.' },
  canary_first: { word: 'canaries first', change: 'The canary group confirms and soaks.' },
  not_yet: { word: 'ramp not there yet', change: 'The ramp goes on; finishing lets all of them start.' },
  in_flight_limit: { word: 'too many under way', change: 'One of those under way is done.' },
  failed_here: { word: 'failed here before', change: 'A newer release, or a retry on the host itself.' },
  cancelled_here: {
    word: 'given up on the host',
    change: 'A newer release, or a retry on the host itself.',
  },
  held: { word: 'held', change: 'Let it go on its own page.' },
  pinned: { word: 'pinned elsewhere', change: 'Unpin it on its own page.' },
  cloned: { word: 'cloned', change: 'Forget it and enrol each machine by itself.' },
  busy: { word: 'server was busy', change: 'It asks again by itself.' },
};

/** A decision in few words; a newer server may have new ones. */
export function decisionWord(decision: string): string {
  return (
    (Object.hasOwn(ofDecision, decision) && ofDecision[decision as NoneReason].word) ||
    decision.replaceAll('_', ' ')
  );
}

/** What would change a decision. */
export function decisionChange(decision: string): string {
  return Object.hasOwn(ofDecision, decision) ? ofDecision[decision as NoneReason].change : '';
}

/** How each state of a host is shown; attention comes first. */
export const ofHost: Readonly<Record<HostState, { aspect: Aspect; word: string; means: string }>> = {
  failed: { aspect: 'stop', word: 'Failed', means: 'the next version failed there and is not tried again' },
  silent: {
    aspect: 'caution',
    word: 'Silent',
    means: 'not seen for a day, or not since it said that it reboots',
  },
  held: {
    aspect: 'caution',
    word: 'Held',
    means: 'an operator keeps it where it is, pinned it elsewhere or gave the update up there',
  },
  updating: { aspect: 'moving', word: 'Updating', means: 'has leave to install' },
  waiting: { aspect: 'dark', word: 'Waiting', means: 'its turn has not come' },
  new: { aspect: 'dark', word: 'New', means: 'enrolled, never checked in' },
  up_to_date: { aspect: 'go', word: 'Up to date', means: 'runs the head of its channel' },
};

const states: Readonly<Record<string, HostState>> = {
  up_to_date: 'up_to_date',
  offered: 'updating',
  failed_here: 'failed',
  cancelled_here: 'held',
  held: 'held',
  pinned: 'held',
};
const silentMs = 86_400_000;

/** A host's state as the server says it; an older one left it to the reader. */
export function stateOf(host: HostSummary, now = Date.now()): HostState {
  if (host.state && Object.hasOwn(ofHost, host.state)) return host.state;
  if (!host.lastSeen || !host.decision) return 'new';
  if (now - Date.parse(host.lastSeen) > silentMs) return 'silent';
  return lookUp<HostState>(states, host.decision, 'waiting');
}

/** A policy by its name; one that was given in full has none. */
export function policyWord(policy: string): string {
  return policy === 'own' ? 'a policy of its own' : `policy ${policy}`;
}
