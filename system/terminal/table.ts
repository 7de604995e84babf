import { visible } from '../../protocol/text/visible.ts';
import { cutEnd } from './cut-end.ts';
import { terminalWidth } from './progress.ts';

/** A column of a table: a plain title, or one whose cells may lose their end or stand at the right. */
export type Heading = string | { title: string; kind: 'text' | 'number' };

const gap = 2;
/** A column of free text is not cut narrower than this. */
const narrowestText = 16;

/** The title of a column of free text: on a terminal that is too narrow its cells lose their end, and no others do. */
export function text(title: string): Heading {
  return { title, kind: 'text' };
}

/**
 * Rows as aligned columns under a header. What has to be typed back is never cut: where columns of free text cannot give
 * enough, each row becomes a paragraph of facts. Without a terminal nothing is cut at all.
 */
export function formatTable(
  header: readonly Heading[],
  given: readonly (readonly string[])[],
  width = terminalWidth(),
  showsHeader = true,
): string {
  const rows = given.map((row) => row.map(visible));
  const { titles, kinds, natural } = measure(header, rows, showsHeader);
  const widths = fitWidths(natural, kinds, width);
  if (!widths && showsHeader) return rows.map((row) => paragraph(titles, row, width)).join('\n\n');
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const room = (widths ?? natural)[column] ?? cell.length;
        return kinds[column] === 'number' ? cell.padStart(room) : cutEnd(cell, room).padEnd(room);
      })
      .join(' '.repeat(gap))
      .trimEnd();
  return [...(showsHeader ? [titles] : []), ...rows].map(line).join('\n');
}

/** Whether rows can stand as a table of this width with nothing cut but text. */
export function fitsTable(
  header: readonly Heading[],
  rows: readonly (readonly string[])[],
  width: number,
): boolean {
  const { natural, kinds } = measure(
    header,
    rows.map((row) => row.map(visible)),
    true,
  );
  return fitWidths(natural, kinds, width) !== undefined;
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

function measure(header: readonly Heading[], rows: readonly (readonly string[])[], showsHeader: boolean) {
  const titles = header.map((heading) => (typeof heading === 'string' ? heading : heading.title));
  const kinds = header.map((heading) => (typeof heading === 'string' ? 'word' : heading.kind));
  const natural = titles.map((title, column) =>
    Math.max(showsHeader ? title.length : 0, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return { titles, kinds, natural };
}

function paragraph(titles: readonly string[], row: readonly string[], width: number): string {
  const facts = titles.map((title, column) => [title, row[column] ?? ''] as const);
  return formatFacts(
    facts.filter(([, cell]) => cell !== ''),
    width,
  );
}

/** The width of each column, of which only text gives way; undefined when that is not enough. */
function fitWidths(
  natural: readonly number[],
  kinds: readonly string[],
  width: number,
): number[] | undefined {
  const widths = [...natural];
  let excess = widths.reduce((sum, each) => sum + each, gap * (widths.length - 1)) - width;
  while (excess > 0) {
    const texts = widths.map((each, column) => (kinds[column] === 'text' ? each : 0));
    const widest = Math.max(...texts);
    if (widest <= narrowestText) return undefined;
    widths[texts.lastIndexOf(widest)] = widest - 1;
    excess--;
  }
  return widths;
}
