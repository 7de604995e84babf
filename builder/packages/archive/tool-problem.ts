import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { redact } from '../network/redact.ts';

/** Makes `mirror_failed` of what a tool of apt printed when it failed; other errors stay as they are. */
export function toolProblem(
  error: unknown,
  details: (output: string) => { what: string; problem: string },
): unknown {
  if (!(error instanceof InterlockError) || error.code !== 'tool_failed') return error;
  return new InterlockError('mirror_failed', details(redact(String(error.details.output))));
}
