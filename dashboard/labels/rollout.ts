import type { RolloutState } from '../../protocol/api/rollout.ts';
import { lookUp, type Tone } from './tone.ts';

const labels: Readonly<Record<RolloutState, { tone: Tone; label: string }>> = {
  scheduled: { tone: 'dark', label: 'Scheduled' },
  running: { tone: 'go', label: 'Running' },
  paused: { tone: 'caution', label: 'Paused' },
  halted: { tone: 'stop', label: 'Halted' },
  completed: { tone: 'go', label: 'Completed' },
  aborted: { tone: 'stop', label: 'Aborted' },
  superseded: { tone: 'dark', label: 'Superseded' },
};

/** How a state of a rollout is shown. */
export function describeRolloutState(state: string): { tone: Tone; label: string } {
  return lookUp(labels, state, { tone: 'dark', label: state });
}

/** A policy by its name; one that was given in full has none. */
export function policyLabel(policy: string): string {
  return policy === 'own' ? 'custom policy' : `policy ${policy}`;
}
