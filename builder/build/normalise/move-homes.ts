import { parentOf, putDirectory, putSymlink } from '../tree/change.ts';
import type { Tree } from '../tree/entry.ts';

/** Folders that belong to the host and not to the image, and where their content lives. */
const homes = {
  root: 'var/roothome',
  home: 'var/home',
  opt: 'var/opt',
  srv: 'var/srv',
  'usr/local': 'var/usrlocal',
} as const;

/** Makes links into /var of the folders that a host's owner writes to. */
export function moveHomes(tree: Tree): void {
  for (const [from, to] of Object.entries(homes)) {
    const mode = tree.get(from)?.mode;
    for (const entry of [...tree.values()]) {
      if (entry.path !== from && !entry.path.startsWith(`${from}/`)) continue;
      tree.delete(entry.path);
      const path = to + entry.path.slice(from.length);
      putDirectory(tree, parentOf(path));
      tree.set(path, { ...entry, path });
    }
    putDirectory(tree, to, mode);
    putSymlink(tree, from, from.includes('/') ? `../${to}` : to);
  }
}
