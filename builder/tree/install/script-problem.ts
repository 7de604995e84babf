import { InterlockError } from '../../../protocol/errors/interlock-error.ts';

/** How many of a script's own lines are shown. */
const shown = 12;

/** As dpkg says it: ` installed nginx:amd64 package post-installation script subprocess returned error exit status 2`. */
const failure =
  /^ ?(?:installed|new|old) ([a-z0-9][a-z0-9.+-]+)\S* package ((?:pre|post)-(?:installation|removal)) script subprocess returned error exit status (\d+)/;

/**
 * Makes of a failed installation the failure of the first package script that failed, with the package's name and the
 * script's own last lines; other errors are cut to their last lines.
 */
export function packageScriptProblem(error: unknown): unknown {
  if (!(error instanceof InterlockError) || error.code !== 'tool_failed') return error;
  const { tool = '', status = '', output = '' } = error.details;
  const lines = String(output).split('\n');
  const at = lines.findIndex((line) => failure.test(line));
  if (at < 1) return new InterlockError('tool_failed', { tool, status, output: lastOf(lines, 8) });
  const [, name = '', script = '', code = ''] = failure.exec(lines[at]!)!;
  // the line before says "dpkg: error processing …"
  const first = lines.findLastIndex((line, index) => index < at && begins(line, name)) + 1;
  const own = lastOf(lines.slice(first, at - 1), shown) || 'it printed nothing';
  const what = `the ${script} script of package ${name}`;
  return new InterlockError('tool_failed', { tool: what, status: code, output: own });
}

function lastOf(lines: readonly string[], count: number): string {
  return lines
    .map((line) => line.trimEnd())
    .filter(Boolean)
    .slice(-count)
    .join('\n');
}

function begins(line: string, name: string): boolean {
  return /^(?:Setting up|Unpacking|Preparing to unpack) /.test(line) && line.includes(name);
}
