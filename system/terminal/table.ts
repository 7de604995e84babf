import { visible } from '../../protocol/text/visible.ts';
import { terminalWidth } from './progress.ts';

const gap = 2;
/** A column is not cut narrower than this, whatever the terminal. */
const narrowest = 6;

/** Rows as aligned columns under a header, no wider than the terminal: the widest cells lose their middle. */
export function formatTable(
  header: readonly string[],
  given: readonly (readonly string[])[],
  width = terminalWidth(),
): string {
  const rows = given.map((row) => row.map(visible));
  const natural = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const widths = fitWidths(natural, width);
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => shorten(cell, widths[column] ?? cell.length).padEnd(widths[column] ?? 0))
      .join(' '.repeat(gap))
      .trimEnd();
  return [line(header), ...rows.map(line)].join('\n');
}

/** Facts under each other: a label, and what is to say, broken at words. */
export function formatFacts(
  facts: readonly (readonly [label: string, text: string])[],
  width = terminalWidth(),
): string {
  const indent = Math.max(...facts.map(([label]) => label.length)) + gap;
  return facts
    .flatMap(([label, text]) =>
      wrap(visible(text), width - indent).map((line, index) =>
        `${(index === 0 ? label : '').padEnd(indent)}${line}`.trimEnd(),
      ),
    )
    .join('\n');
}

/** Text in lines of at most `width` characters; a longer word stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line];
}

/** Text of at most `width` characters: ids, paths and hashes are told apart by both of their ends. */
export function shorten(text: string, width: number): string {
  if (text.length <= width) return text;
  const tail = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - tail)}…${tail > 0 ? text.slice(-tail) : ''}`;
}

function fitWidths(natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, each) => sum + each, gap * (widths.length - 1)) - width;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) break;
    widths[widths.lastIndexOf(widest)] = widest - 1;
    excess--;
  }
  return widths;
}
