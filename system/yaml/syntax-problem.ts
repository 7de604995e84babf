import type { YAMLError } from 'yaml';
import type { Place, Problem } from '../../protocol/user-data/problem.ts';

/** What usually is behind a mistake in the syntax, by the library's code. */
const remedies: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_INDENT: 'Let keys of one table, and dashes of one list, begin in the same column.',
  BLOCK_AS_IMPLICIT_KEY:
    'Put the value into quotes when it contains “: ”, and begin tables on a line of their own.',
  BAD_DQ_ESCAPE: 'Write \\\\ for a backslash, or use single quotes.',
  BAD_SCALAR_START: 'Put the value into quotes: this sign means something else at its start.',
  MISSING_CHAR: 'Close what was opened before: a quote, a bracket, or the colon after a key.',
  MULTILINE_IMPLICIT_KEY: 'Write `key: value` with a colon and a space.',
  MULTIPLE_DOCS: 'Leave one document: everything after the second `---` would be lost.',
  TAB_AS_INDENT: 'Indent with spaces.',
  UNEXPECTED_TOKEN: 'Put the value into quotes, or look at the indent of this line.',
};

/** A mistake in the syntax, with what usually is behind it. */
export function syntaxProblem({ code, message }: YAMLError, at: Place): Problem {
  const text = `is no valid YAML: ${message[0]?.toLowerCase()}${message.slice(1)}`;
  const instead = remedies[code] ?? 'Correct this line, or put the value into quotes.';
  return { at, severity: 'error', text, instead };
}
