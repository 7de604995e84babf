import { type AST, parseTOML } from 'toml-eslint-parser';

/** A key, a table or an entry of an array of tables, with the strings of its value. */
export interface Entry {
  /** Key by key; an entry of an array of tables has its number too. */
  path: string;
  line: number;
  strings: { value: string; line: number }[];
}

/** The line (from 1) of a TOML text where a key is set, or an array's element stands; 1 when it is nowhere. */
export function lineOf(text: string, path: readonly string[], element?: string): number {
  const entries = entriesOf(text);
  const parents = path.map((_, index) => path.slice(0, path.length - index));
  return (
    findLine(entries, path, element) ??
    parents.map((parent) => findLine(entries, parent)).find((line) => line !== undefined) ??
    1
  );
}

/** The line (from 1) of the entry with this number (from 0) in an array of tables, or of one of its keys when that is there. */
export function lineOfEntry(text: string, path: readonly string[], index: number, key?: string): number {
  return lineOf(text, [...path, String(index), ...(key === undefined ? [] : [key])]);
}

/** The line of a key, or of a string in its value, when it is there. */
export function findLine(
  entries: readonly Entry[],
  path: readonly string[],
  element?: string,
): number | undefined {
  const sought = JSON.stringify(path);
  const entry = entries.find((each) => each.path === sought);
  if (element === undefined) return entry?.line;
  return entry?.strings.find(({ value }) => value === element)?.line;
}

/** Everything that a TOML text sets, with its lines. The text must have been read before: throws on one that is not TOML. */
export function entriesOf(text: string): Entry[] {
  return parseTOML(text, { tomlVersion: '1.1' }).body[0].body.flatMap((node) =>
    node.type === 'TOMLTable'
      ? [entry(node.resolvedKey, node), ...node.body.flatMap((each) => below(node.resolvedKey, each))]
      : below([], node),
  );
}

function below(table: readonly (string | number)[], { key, value, loc }: AST.TOMLKeyValue): Entry[] {
  const names = key.keys.map((each) => (each.type === 'TOMLBare' ? each.name : each.value));
  const path = [...table, ...names];
  const inner = value.type === 'TOMLInlineTable' ? value.body.flatMap((each) => below(path, each)) : [];
  return [
    { path: JSON.stringify(path.map(String)), line: loc.start.line, strings: stringsOf(value) },
    ...inner,
  ];
}

function entry(path: readonly (string | number)[], { loc }: AST.TOMLTable): Entry {
  return { path: JSON.stringify(path.map(String)), line: loc.start.line, strings: [] };
}

function stringsOf(node: AST.TOMLContentNode): Entry['strings'] {
  if (node.type === 'TOMLArray') return node.elements.flatMap(stringsOf);
  return node.type === 'TOMLValue' && node.kind === 'string'
    ? [{ value: node.value, line: node.loc.start.line }]
    : [];
}
