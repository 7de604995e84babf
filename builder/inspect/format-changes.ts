import { line, visible } from '../../protocol/text/visible.ts';
import { formatBytes } from '../../system/terminal/progress.ts';
import { formatTable } from '../../system/terminal/table.ts';
import type { LockChange } from '../packages/lock/lock-changes.ts';
import type { FileChange } from '../root/compare-roots.ts';
import type { Changes, Pair } from './compare.ts';

const width = 80;

/** Changes for people, no line longer than 80 characters unless a name alone is; `listFiles` names every path. */
export function formatChanges(changes: Changes, listFiles: boolean): string {
  const { release, created, rootHash, kernel, sizes, packages, files } = changes;
  const facts = [
    change('release', release),
    change('created', created),
    change('root hash', rootHash),
    change('kernel', { from: kernel.from ?? 'none', to: kernel.to ?? 'none' }),
  ];
  const sizeRows = sizes.map(({ file, from, to }) => [file, bytes(from), bytes(to), difference(from, to)]);
  return [
    facts.join('\n'),
    formatTable(['FILE', 'FROM', 'TO', ''], sizeRows),
    packageText(packages),
    fileText(files, listFiles),
  ].join('\n\n');
}

function change(what: string, { from, to }: Pair<string>): string {
  return from === to ? `${what.padEnd(11)}${to}, unchanged` : folded(what.padEnd(11), from, to);
}

/** `label from → to` in one line, or each on its own below the label when that is too long. */
function folded(label: string, from: string, to: string): string {
  const line = `${label}${from} → ${to}`;
  if (line.length <= width) return line;
  const below = `${label.trimEnd()}\n    ${from} → ${to}`;
  return 4 + from.length + 3 + to.length <= width ? below : `${label.trimEnd()}\n    ${from}\n  → ${to}`;
}

function packageText(packages: readonly LockChange[]): string {
  const added = packages.filter(({ from }) => from === null);
  const removed = packages.filter(({ to }) => to === null);
  const changed = packages.filter(({ from, to }) => from !== null && to !== null);
  const summary = `packages: ${changed.length} changed, ${added.length} added, ${removed.length} removed`;
  return [
    summary,
    ...changed.map(({ name, from, to }) => folded(line`~ ${name}  `, visible(from ?? ''), visible(to ?? ''))),
    ...added.map(({ name, to }) => line`+ ${name}  ${to ?? ''}`),
    ...removed.map(({ name, from }) => line`- ${name}  ${from ?? ''}`),
  ].join('\n');
}

function fileText(files: readonly FileChange[], list: boolean): string {
  const added = files.filter(({ from }) => from === null);
  const removed = files.filter(({ to }) => to === null);
  const changed = files.filter(({ from, to }) => from !== null && to !== null);
  const sum = (sizes: (number | null)[]) =>
    formatBytes(sizes.reduce<number>((all, size) => all + (size ?? 0), 0));
  const table = formatTable(
    ['NAMES IN THE ROOT', 'COUNT', 'SIZE'],
    [
      ['changed', String(changed.length), sum(changed.map(({ to }) => to))],
      ['added', String(added.length), sum(added.map(({ to }) => to))],
      ['removed', String(removed.length), sum(removed.map(({ from }) => from))],
    ],
  );
  if (!list) return table;
  const mark = ({ from, to }: FileChange) => (from === null ? '+' : to === null ? '-' : '~');
  return [table, ...files.map((file) => line`${mark(file)} /${file.path}`)].join('\n');
}

function bytes(size: number | null): string {
  return size === null ? '-' : formatBytes(size);
}

function difference(from: number | null, to: number | null): string {
  if (from === null || to === null || from === to) return '';
  return `${to > from ? '+' : '-'}${formatBytes(Math.abs(to - from))}`;
}
