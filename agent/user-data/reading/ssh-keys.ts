import { listOf, tableOf, textOf } from './fields.ts';

/**
 * Keys out of the shapes that metadata has them in: a text of lines, a list, or a table by name. What is not on one line
 * is no key: a second line would be a key of its own.
 */
export function sshKeysOf(value: unknown, what: string): string[] {
  const items =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.values(tableOf(value, what))
      : listOf(value, what);
  const lines = items.flatMap((item) => {
    const isNested = Array.isArray(item) || (typeof item === 'object' && item !== null);
    return isNested ? sshKeysOf(item, what) : (textOf(item, what) ?? '').split(/\r?\n/);
  });
  return lines.map((line) => line.trim()).filter(isKey);
}

function isKey(line: string): boolean {
  return line.length < 32_768 && /^[^#]*(ssh-|ecdsa-|sk-)[a-z0-9@.-]+ [A-Za-z0-9+/=]+( |$)/.test(line);
}
