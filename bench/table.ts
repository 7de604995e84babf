import { formatTable } from '../system/terminal/table.ts';
import type { Figure } from './figure.ts';

const header = ['figure', 'value', 'peer', 'its value', 'ratio', 'target', ''];

/** Figures as a table for people. */
export function formatFigures(figures: readonly Figure[]): string {
  return formatTable(header, figures.map(row), Number.POSITIVE_INFINITY);
}

function row({ figure, value, unit, peer, peerValue, ratio, target, ok }: Figure): string[] {
  const mark = ok === null ? '' : ok ? '✓' : '✗';
  return [
    figure,
    `${short(value)} ${unit}`,
    peer ?? '',
    peerValue === null ? '' : `${short(peerValue)} ${unit}`,
    ratio === null ? '' : ratio.toPrecision(2),
    target === null ? '' : short(target),
    mark,
  ];
}

/** Three digits that count, thousands whole. */
function short(value: number): string {
  return Math.abs(value) >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
