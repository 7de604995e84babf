import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Locked {
  version: string;
  license?: string;
  dependencies?: Record<string, string>;
}

/** An npm package whose code can be in ours. */
export interface ShippedPackage {
  /** Its folder in the repository. */
  folder: string;
  name: string;
  version: string;
  licence: string;
}

/** The bundler makes what is shipped and is no part of it. */
const unshipped = ['rolldown'];

/** The npm packages that the programs need at run time, by the lock file; of Node that of the architecture. */
export function shippedPackages(root: string, nodePackage: string): ShippedPackage[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const packages: Record<string, Locked> = lock.packages;
  const found = new Set<string>();
  const take = (from: string) => {
    for (const name of Object.keys(packages[from]?.dependencies ?? {})) {
      const folder = resolve(packages, from, name);
      if (folder === undefined || unshipped.includes(name) || found.has(folder)) continue;
      found.add(folder);
      take(folder);
    }
  };
  take('');
  found.add(`node_modules/${nodePackage}`);
  return [...found].toSorted().map((folder) => {
    const { version, license } = packages[folder]!;
    if (!license) throw new Error(`package-lock.json names no licence of ${folder}`);
    return { folder, name: folder.split('node_modules/').at(-1)!, version, licence: license };
  });
}

/** Where Node finds a package that `from` asks for: in its own folder, or in one above. */
function resolve(packages: Record<string, Locked>, from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(at.lastIndexOf('node_modules/') - 1, 0))) {
    const folder = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (folder in packages) return folder;
    if (at === '') return undefined;
  }
}
