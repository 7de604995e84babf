import { expect, it } from 'vitest';
import { RolloutAction, RolloutState } from '../../../protocol/api/rollout.ts';
import { mayApply } from '../../../protocol/rules/rollout-actions.ts';

it('a rollout that is over for good takes no action', () => {
  for (const action of RolloutAction.enum) {
    expect(mayApply(action, 'aborted')).toBe(false);
    expect(mayApply(action, 'superseded')).toBe(false);
  }
});

it('every other state offers a way on or an end', () => {
  for (const state of RolloutState.enum.filter((state) => state !== 'aborted' && state !== 'superseded')) {
    expect(mayApply('abort', state)).toBe(true);
    expect(mayApply('pause', state) || mayApply('resume', state)).toBe(true);
  }
});
