import { readBody, type Tree } from '../../tree/entries/entry.ts';

/** A module of a kernel; names are spelled with underscores. */
export interface Module {
  name: string;
  /** From the kernel's module folder on. */
  path: string;
  /** Names of what must be loaded before, hard dependencies after soft ones. */
  needs: string[];
  /** Patterns of the devices it drives. */
  aliases: string[];
}

/** A kernel's modules. */
export interface ModuleIndex {
  /** By name, or by a name that stands for it. */
  find(name: string): Module | undefined;
  /** True also for what is built in. */
  has(name: string): boolean;
}

/** Reads what depmod wrote about a kernel's modules (modules.dep(5), modules.softdep, modules.alias, modules.builtin). */
export async function readModules(tree: Tree, folder: string): Promise<ModuleIndex> {
  const read = async (name: string) => {
    const entry = tree.get(`${folder}/${name}`);
    return entry?.type === 'file' ? (await readBody(entry.body)).toString('utf8') : '';
  };
  const soft = parseSoftDependencies(await read('modules.softdep'));
  const modules = parseDependencies(await read('modules.dep'), soft);
  const standsFor = new Map<string, string>();
  for (const [, alias = '', target = ''] of (await read('modules.alias')).matchAll(/^alias (\S+) (\S+)$/gm)) {
    modules.get(moduleName(target))?.aliases.push(alias);
    standsFor.set(moduleName(alias), moduleName(target));
  }
  const builtin = new Set((await read('modules.builtin')).split('\n').map(moduleName));
  return {
    find: (name) => modules.get(name) ?? modules.get(standsFor.get(name) ?? ''),
    has: (name) => modules.has(name) || builtin.has(name),
  };
}

/** The kernel's own spelling of a module: no folder, no suffix, underscores. */
export function moduleName(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.ko$/, '').replaceAll('-', '_');
}

function parseDependencies(text: string, soft: ReadonlyMap<string, string[]>): Map<string, Module> {
  const modules = new Map<string, Module>();
  for (const line of text.split('\n')) {
    const [path, needs = ''] = line.split(':');
    if (!path) continue;
    const name = moduleName(path);
    // depmod lists what to load first last
    const hard = needs.split(' ').filter(Boolean).map(moduleName).reverse();
    modules.set(name, { name, path, needs: [...(soft.get(name) ?? []), ...hard], aliases: [] });
  }
  return modules;
}

function parseSoftDependencies(text: string): Map<string, string[]> {
  const lines = text.matchAll(/^softdep (\S+) pre: ([^:\n]*?)(?: post:.*)?$/gm);
  return new Map(
    [...lines].map(([, name = '', before = '']) => [
      moduleName(name),
      before.split(' ').filter(Boolean).map(moduleName),
    ]),
  );
}
