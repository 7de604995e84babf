import type { Entry, Tree } from '../entries/entry.ts';

/** Later folders go before earlier ones where a name is the same (tmpfiles.d(5)). */
const folders = ['usr/lib/tmpfiles.d', 'run/tmpfiles.d', 'etc/tmpfiles.d'];

/** Those of a tree's tmpfiles.d(5) files that systemd-tmpfiles(8) would read. */
export function lineFiles(tree: Tree): Entry[] {
  const files = new Map<string, string>();
  for (const folder of folders) {
    for (const path of tree.keys()) {
      const name = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : '';
      if (/^[^/]+\.conf$/.test(name)) files.set(name, path);
    }
  }
  return [...files.values()].map((file) => tree.get(file)!).filter(({ type }) => type === 'file');
}
