import { line, visible } from '../../protocol/text/visible.ts';
import type { Problem } from '../../protocol/user-data/problem.ts';

/** Characters of a source line that are shown; a long one is cut around the problem. */
const widest = 100;

/** Each problem with its line and a caret below the place. */
export function formatProblems(problems: readonly Problem[], file: string, parts: readonly string[]): string {
  const lines = parts.map((text) => text.split('\n'));
  return problems
    .map(({ at, severity, text, instead }) => {
      const part = at.part === undefined ? '' : ` (part ${at.part})`;
      const head = line`${file}${part}:${at.line}:${at.column}: ${severity}: ${text}`;
      const source = lines[(at.part ?? 1) - 1]?.[at.line - 1];
      return [head, ...(source?.trim() ? shownAt(source, at) : []), line`    ${instead}`].join('\n');
    })
    .join('\n\n');
}

function shownAt(source: string, { line: number, column }: Problem['at']): string[] {
  const start = Math.max(0, column - 1 - widest / 2);
  const before = visible(source.slice(start, column - 1));
  const shown = before + visible(source.slice(column - 1, start + widest).trimEnd());
  const margin = `${number}`.padStart(5);
  return [`${margin} | ${shown}`, `${' '.repeat(margin.length)} | ${' '.repeat(before.length)}^`];
}
