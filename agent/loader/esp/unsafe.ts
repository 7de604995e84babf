import { InterlockError } from '../../../protocol/errors/interlock-error.ts';

/** The one error of both loaders: the pointer stays where it is. */
export function unsafe(problem: string): InterlockError {
  return new InterlockError('loader_unsafe', { problem });
}
