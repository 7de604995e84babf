/** The line (from 1) of a TOML text where a key is set, or an array's element stands; 1 when it is nowhere. */
export function lineOf(text: string, path: readonly string[], element?: string): number {
  const lines = text.split('\n');
  const table = path.slice(0, -1).join('.');
  const at = findKey(lines, table, path.at(-1) ?? '');
  if (at === -1) return findTable(lines, path) + 1 || 1;
  if (element === undefined) return at + 1;
  const quoted = [`"${element}"`, `'${element}'`];
  const within = lines.findIndex((line, index) => index >= at && quoted.some((q) => code(line).includes(q)));
  return (within === -1 ? at : within) + 1;
}

function findKey(lines: readonly string[], table: string, key: string): number {
  let current = '';
  return lines.findIndex((line) => {
    const header = tableName(line);
    if (header !== undefined) current = header;
    const name = /^\s*(?:([\w-]+)|"([^"]*)")\s*=/.exec(line);
    return current === table && name !== null && (name[1] ?? name[2]) === key;
  });
}

function findTable(lines: readonly string[], path: readonly string[]): number {
  const names = path.map((_, index) => path.slice(0, path.length - index).join('.'));
  for (const name of names) {
    const at = lines.findIndex((line) => tableName(line) === name);
    if (at !== -1) return at;
  }
  return -1;
}

function tableName(line: string): string | undefined {
  return /^\s*\[+\s*([^\]\s]+)\s*\]/.exec(line)?.[1];
}

function code(line: string): string {
  return line.replace(/^\s*#.*$/, '');
}
