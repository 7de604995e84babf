import { readBody, type Tree } from '../tree/entry.ts';

/** Later folders go before earlier ones where a name is the same (tmpfiles.d(5)). */
const folders = ['usr/lib/tmpfiles.d', 'run/tmpfiles.d', 'etc/tmpfiles.d'];

/** Line types that make what they name; two of them for one path are an error in the journal of every boot. */
const creating = /^[fFdDvqQpLcbC]/;

/** Specifiers that stand for a folder, for the system's own systemd-tmpfiles(8). */
const specifiers: Record<string, string> = {
  '%%': '%',
  '%C': '/var/cache',
  '%L': '/var/log',
  '%S': '/var/lib',
  '%T': '/tmp',
  '%V': '/var/tmp',
  '%h': '/root',
  '%t': '/run',
};

/** Paths, without leading slash, that the tree's own tmpfiles.d files make at each boot. */
export async function createdPaths(tree: Tree): Promise<Set<string>> {
  const files = new Map<string, string>();
  for (const folder of folders) {
    for (const path of tree.keys()) {
      const name = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : '';
      if (/^[^/]+\.conf$/.test(name)) files.set(name, path);
    }
  }
  const paths = new Set<string>();
  for (const file of files.values()) {
    const entry = tree.get(file)!;
    if (entry.type !== 'file') continue;
    const text = (await readBody(entry.body)).toString('latin1');
    for (const path of text.split('\n').flatMap(createdBy)) paths.add(path);
  }
  return paths;
}

function createdBy(line: string): string[] {
  const [, type = '', quoted, bare = ''] =
    /^\s*([^#\s]\S*)\s+(?:"((?:[^"\\]|\\.)*)"|(\S+))/s.exec(line) ?? [];
  if (!creating.test(type)) return [];
  const path = (quoted ?? bare)
    .replace(/\\(.)/gs, '$1')
    .replace(/%./gs, (found) => specifiers[found] ?? found);
  return [path.replace(/\/+/g, '/').replace(/^\/|\/$/g, '')];
}
