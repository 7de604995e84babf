import {
  fileCircles,
  folderCircles,
  type Import,
  importsOf,
  readSources,
  rooms,
  type Source,
  upwards,
} from './import-graph.ts';

/** `node test/house/measure.ts`: how the house stands, room by room; `--bare` lists the exports without a sentence. */
const lines = process.argv.includes('--bare') ? bareExports() : table();
for (const line of lines) process.stdout.write(`${line}\n`);

function bareExports(): string[] {
  const bare = readSources()
    .flatMap(exportsOf)
    .filter(({ has }) => !has);
  return bare.map(({ file, name }) => `${file}: ${name}`);
}

function table(): string[] {
  const sources = readSources();
  const imports = importsOf(sources);
  const rows = [...rooms, 'all'].map((room) => {
    const inRoom = ({ file }: Source) => room === 'all' || file.startsWith(`${room}/`);
    const own = imports.filter(
      ({ from, to }: Import) => room === 'all' || (from.startsWith(`${room}/`) && to.startsWith(`${room}/`)),
    );
    return [room, ...figures(sources.filter(inRoom), own)];
  });
  const head = [
    'room',
    'upward imports',
    'circles of files',
    'of folders',
    'files',
    'median lines',
    'p90',
    'longest',
    'over 250',
    'longest function',
    'exports documented',
  ];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
}

function figures(sources: readonly Source[], imports: readonly Import[]): (number | string)[] {
  const lines = sources.map(({ text }) => text.trimEnd().split('\n').length).toSorted((a, b) => a - b);
  const at = (part: number) => lines[Math.min(lines.length - 1, Math.floor(lines.length * part))] ?? 0;
  const exported = sources.flatMap(exportsOf);
  const documented = exported.filter(({ has }) => has).length;
  const functions = sources.flatMap(functionsOf).toSorted((a, b) => b.lines - a.lines);
  return [
    upwards(imports).length,
    fileCircles(imports).length,
    folderCircles(imports).length,
    sources.length,
    at(0.5),
    at(0.9),
    lines.at(-1) ?? 0,
    lines.filter((count) => count > 250).length,
    functions[0] ? `${functions[0].lines} (${functions[0].file})` : '-',
    `${documented} of ${exported.length}`,
  ];
}

/** A type that stands right below a documented schema of the same name is documented with it. */
function exportsOf({ file, text, parsed }: Source): { file: string; name: string; has: boolean }[] {
  let above = { name: '', has: false };
  return parsed.program.body.flatMap((node) => {
    const isExport = node.type === 'ExportNamedDeclaration' && node.declaration !== null;
    const declaration = isExport ? node.declaration! : node;
    const name = nameOf(declaration);
    const own = text.slice(0, node.start).trimEnd().endsWith('*/');
    const ofSchema = declaration.type === 'TSTypeAliasDeclaration' && above.name === name && above.has;
    above = { name, has: own || ofSchema };
    return isExport ? [{ file, ...above }] : [];
  });
}

function nameOf(declaration: object): string {
  const { id, declarations } = declaration as {
    id?: { name?: string };
    declarations?: { id: { name?: string } }[];
  };
  return id?.name ?? declarations?.[0]?.id.name ?? '';
}

function functionsOf({ file, text, parsed }: Source): { file: string; lines: number }[] {
  const found: { file: string; lines: number }[] = [];
  walk(parsed.program, (node) => {
    if (!/Function(Declaration|Expression)$/.test(node.type)) return;
    found.push({ file, lines: text.slice(node.start, node.end).split('\n').length });
  });
  return found;
}

interface AnyNode {
  type: string;
  start: number;
  end: number;
}

function walk(value: unknown, visit: (node: AnyNode) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  else if (value !== null && typeof value === 'object') {
    if ('type' in value && typeof value.type === 'string') visit(value as AnyNode);
    for (const item of Object.values(value)) walk(item, visit);
  }
}
