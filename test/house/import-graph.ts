import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseSync, type StaticExport, type StaticImport } from 'oxc-parser';

/** The folder that every path here is relative to. */
export const root = join(import.meta.dirname, '../..');

/** What the project itself is made of; tests, benchmarks and pages of documentation lean on these. */
export const rooms = [
  'protocol',
  'system',
  'builder',
  'update-server',
  'lab',
  'signer',
  'agent',
  'dashboard',
  'cli',
] as const;

/** One import of a file of ours, type-only and lazy ones included. */
export interface Import {
  from: string;
  to: string;
}

/** A source file, read and parsed once. */
export interface Source {
  file: string;
  text: string;
  parsed: ReturnType<typeof parseSync>;
}

/** Every source file of some rooms, in the order of their paths. */
export function readSources(names: readonly string[] = rooms): Source[] {
  return names
    .flatMap((name) => globSync(`${name}/**/*.{ts,tsx}`, { cwd: root }))
    .toSorted()
    .map((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return { file, text, parsed: parseSync(file, text) };
    });
}

/** What a file imports, as written. */
export function specifiersOf({ text, parsed }: Source): string[] {
  const { staticImports, staticExports, dynamicImports } = parsed.module;
  const fixed = staticImports.map(({ moduleRequest }: StaticImport) => moduleRequest.value);
  const passedOn = staticExports.flatMap(({ entries }: StaticExport) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest ? [moduleRequest.value] : [])),
  );
  const lazy = dynamicImports.map(({ moduleRequest: { start, end } }) => text.slice(start + 1, end - 1));
  return [...new Set([...fixed, ...passedOn, ...lazy])];
}

/** The real import graph of some sources. */
export function importsOf(sources: readonly Source[]): Import[] {
  return sources.flatMap((source) =>
    specifiersOf(source)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => ({
        from: source.file,
        to: relative(root, join(root, dirname(source.file), specifier)),
      })),
  );
}

/** Imports of a file that lies right in a folder around the importing one, inside one room. */
export function upwards(imports: readonly Import[]): Import[] {
  return imports.filter(({ from, to }) => {
    const [here, there] = [dirname(from), dirname(to)];
    return here !== there && `${here}/`.startsWith(`${there}/`);
  });
}

/** Circles of files. */
export function fileCircles(imports: readonly Import[]): string[][] {
  return circles(imports);
}

/** Circles among what lies in one folder: its folders with all they hold, and its own files one by one. */
export function folderCircles(imports: readonly Import[]): string[][] {
  const folders = new Set(imports.flatMap(({ from }) => ancestors(from)));
  return [...folders].toSorted().flatMap((folder) => {
    const inside = imports.filter(({ from, to }) => isIn(from, folder) && isIn(to, folder));
    const lifted = inside
      .map(({ from, to }) => ({ from: childOf(folder, from), to: childOf(folder, to) }))
      .filter(({ from, to }) => from !== to);
    return circles(lifted).filter((circle) => circle.some((name) => !/\.tsx?$/.test(name)));
  });
}

function isIn(file: string, folder: string): boolean {
  return file.startsWith(`${folder}/`);
}

function childOf(folder: string, file: string): string {
  const [child] = file.slice(folder.length + 1).split('/');
  return `${folder}/${child}`;
}

function ancestors(file: string): string[] {
  const parts = dirname(file).split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Strongly connected components of more than one node, by Tarjan. */
function circles(imports: readonly Import[]): string[][] {
  const next = Map.groupBy(imports, ({ from }) => from);
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (node: string) => {
    order.set(node, order.size);
    low.set(node, order.get(node)!);
    open.push(node);
    for (const { to } of next.get(node) ?? []) {
      if (!order.has(to)) visit(to);
      if (open.includes(to)) low.set(node, Math.min(low.get(node)!, low.get(to)!));
    }
    if (low.get(node) !== order.get(node)) return;
    const circle = open.splice(open.indexOf(node));
    if (circle.length > 1) found.push(circle.toSorted());
  };
  for (const node of next.keys()) if (!order.has(node)) visit(node);
  return found;
}
