import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** Why an order does not fit: something else is under way. */
export function underWay(phase: string): InterlockError {
  return new InterlockError('usage', {
    problem: `something else is under way (${phase}): see interlock-agent status`,
  });
}
