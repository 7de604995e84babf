import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { line } from '../../protocol/text/visible.ts';

/** One problem of a definition, with its position. */
export interface Problem {
  file: string;
  line: number;
  problem: string;
}

/** Throws `definition_invalid` with all problems at once, each with file and line; does nothing when there are none. */
export function refuseAll(problems: readonly Problem[]): void {
  const [first, ...rest] = problems;
  if (!first) return;
  const lines = rest.map((each) => line`\n${each.file}:${each.line}: ${each.problem}`).join('');
  throw new InterlockError('definition_invalid', { ...first, ...(lines && { lines }) });
}
