import type { Entry, Tree } from './entry.ts';

const maxLinks = 40;

/** The entry a path leads to when symbolic links are followed, as the kernel would inside the tree. */
export function follow(tree: Tree, path: string): Entry | undefined {
  const found = resolvePath(tree, path);
  return found === undefined ? undefined : tree.get(found);
}

/** The path that is left of one when every symbolic link in it is followed; what it names need not be there. */
export function resolvePath(tree: Tree, path: string): string | undefined {
  let todo = path.split('/');
  let at = '';
  for (let links = 0; todo.length > 0; ) {
    const name = todo.shift()!;
    if (name === '' || name === '.') continue;
    if (name === '..') {
      at = at.slice(0, Math.max(at.lastIndexOf('/'), 0));
      continue;
    }
    const next = at === '' ? name : `${at}/${name}`;
    const entry = tree.get(next);
    if (entry?.type !== 'symlink') {
      at = next;
      continue;
    }
    if (++links > maxLinks) return undefined;
    todo = [...entry.linkname.split('/'), ...todo];
    if (entry.linkname.startsWith('/')) at = '';
  }
  return at;
}
