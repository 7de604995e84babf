import { visible } from './visible.ts';

/** One record by RFC 4180 without its line end; text that a spreadsheet would run as a formula is marked as text, for hosts choose their own names. */
export function csvRecord(cells: readonly (string | number | boolean | null | undefined)[]): string {
  return cells.map(cell).join(',');
}

function cell(value: string | number | boolean | null | undefined): string {
  if (typeof value === 'number') return String(value);
  const text = visible(String(value ?? ''));
  const safe = /^[\s'"]*[=+\-@|%＝＋－＠]/u.test(text) ? `'${text}` : text;
  return /[",;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
