import type { RolloutAction, RolloutState } from '../api/rollout.ts';

/** States from which an operator's action on a rollout may start. */
const startingStates: Readonly<Record<RolloutAction, readonly RolloutState[]>> = {
  pause: ['scheduled', 'running', 'completed'],
  resume: ['paused', 'halted'],
  abort: ['scheduled', 'running', 'paused', 'halted', 'completed'],
  finish: ['scheduled', 'running'],
};

/** Whether an action may be applied to a rollout in this state: the server refuses it otherwise, the dashboard does not offer it. */
export function mayApply(action: RolloutAction, state: RolloutState): boolean {
  return startingStates[action].includes(state);
}

/** Whether a rollout in this state is the one of its name, channel and architecture, which another would replace. */
export function isActive(state: RolloutState): boolean {
  return state === 'scheduled' || state === 'running' || state === 'paused' || state === 'halted';
}
