import type { Definition, DefinitionFile } from './definition.ts';

/** The line (from 1) of a TOML text where a key is set, or an array's element stands; 1 when it is nowhere. */
export function lineOf(text: string, path: readonly string[], element?: string): number {
  const lines = text.split('\n');
  return (findLine(lines, path, element) ?? findLine(lines, path) ?? findTable(lines, path)) + 1 || 1;
}

/** The line (from 1) of the entry with this number (from 0) in an array of tables, or of one of its keys when that is there. */
export function lineOfEntry(text: string, path: readonly string[], index: number, key?: string): number {
  const lines = text.split('\n');
  const name = path.join('.');
  const heads = lines.flatMap((line, at) => (tableName(line) === name ? [at] : []));
  const head = heads[index];
  if (head === undefined) return lineOf(text, path);
  const within = lines.findIndex(
    (line, at) => at > head && (tableName(line) !== undefined || keyOf(line) === key),
  );
  return (key !== undefined && within !== -1 && keyOf(lines[within]!) === key ? within : head) + 1;
}

/** The file and line where a merged definition says something: the last one that does, else the image's own first line. */
export function placeOf(
  { files, arch }: Pick<Definition, 'files' | 'arch'>,
  path: readonly string[],
  element?: string,
): { file: string; line: number } {
  const own = files.at(-1)!;
  const paths = [['arch', arch, ...path], path];
  const find = (sought: string | undefined) => {
    for (const { file, text } of files.toReversed()) {
      const lines = text.split('\n');
      const at = paths.map((each) => findLine(lines, each, sought)).find((line) => line !== undefined);
      if (at !== undefined) return { file, line: at + 1 };
    }
    return undefined;
  };
  return find(element) ?? find(undefined) ?? placeIn(own, path);
}

/** The file and line where a key of any table has this value, or a list that has it; else where the key is first set. */
export function placeOfValue(
  definition: Pick<Definition, 'files' | 'arch'>,
  key: string,
  value: string,
): { file: string; line: number } {
  for (const { file, text } of definition.files.toReversed()) {
    const lines = text.split('\n');
    const sets = lines.flatMap((line, at) => (keyOf(line) === key ? [at] : []));
    for (const at of sets) {
      const end = lines.findIndex((line, index) => index > at && isNext(line));
      const rest = lines.slice(at, end === -1 ? undefined : end);
      const within = rest.findIndex((line) => quoted(value).some((word) => code(line).includes(word)));
      if (within !== -1) return { file, line: at + within + 1 };
    }
  }
  return placeOf(definition, [key]);
}

function placeIn({ file, text }: DefinitionFile, path: readonly string[]): { file: string; line: number } {
  return { file, line: lineOf(text, path) };
}

/** Counts from 0; nothing when the key, or the element in its array, is not there. */
function findLine(lines: readonly string[], path: readonly string[], element?: string): number | undefined {
  const at = findKey(lines, path.slice(0, -1).join('.'), path.at(-1) ?? '');
  if (at === -1) return undefined;
  if (element === undefined) return at;
  const end = lines.findIndex((line, index) => index > at && isNext(line));
  const within = lines.findIndex((line, index) => {
    return index >= at && (end === -1 || index < end) && quoted(element).some((q) => code(line).includes(q));
  });
  return within === -1 ? undefined : within;
}

function findKey(lines: readonly string[], table: string, key: string): number {
  let current = '';
  return lines.findIndex((line) => {
    const header = tableName(line);
    if (header !== undefined) current = header;
    return current === table && keyOf(line) === key;
  });
}

function keyOf(line: string): string | undefined {
  const name = /^\s*(?:([\w-]+)|"([^"]*)")\s*=/.exec(line);
  return name?.[1] ?? name?.[2];
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
  return /^\s*\[+\s*([^\]\s"]+)\s*\]+\s*(?:#.*)?$/.exec(line)?.[1];
}

/** Whether a line begins another key or table. */
function isNext(line: string): boolean {
  return /^\s*([\w-]+\s*=|\[+[\w.-]+\]+\s*$)/.test(line);
}

function quoted(text: string): string[] {
  return [`"${text}"`, `'${text}'`];
}

function code(line: string): string {
  return line.replace(/^\s*#.*$/, '');
}
