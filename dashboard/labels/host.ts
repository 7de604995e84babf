import type { HostState, HostSummary } from '../../protocol/api/operator.ts';
import { stateOf } from '../../protocol/rules/host-state.ts';
import { lookUp, type Tone } from './tone.ts';

interface Described {
  tone: Tone;
  label: string;
  means: string;
}

/** How each state of a host is shown; those that need attention come first. */
export const hostStates: Readonly<Record<HostState, Described>> = {
  failed: {
    tone: 'stop',
    label: 'Failed',
    means: 'the next version failed on the host and is not tried again',
  },
  silent: {
    tone: 'caution',
    label: 'Silent',
    means: 'missed several check-ins, or did not come back from a reboot',
  },
  held: {
    tone: 'caution',
    label: 'Held',
    means: 'an operator holds it, pinned it to another version, or cancelled the update on it',
  },
  updating: { tone: 'moving', label: 'Updating', means: 'has a grant to install the next version' },
  waiting: { tone: 'dark', label: 'Waiting', means: 'has an older version and no grant yet' },
  new: { tone: 'dark', label: 'New', means: 'enrolled, has not checked in yet' },
  up_to_date: { tone: 'go', label: 'Up to date', means: 'runs the head of its channel' },
};

/** How a host’s state is shown; a newer server may have states that this table does not have. */
export function describeHost(host: HostSummary): Described {
  const state = stateOf(host);
  return lookUp<Described>(hostStates, state, { tone: 'dark', label: state, means: '' });
}
