import { putDirectory, putFile } from '../../../builder/tree/entries/change.ts';
import type { Entry, Tree } from '../../../builder/tree/entries/entry.ts';

/** A tree with an empty /var and these files, by path. */
export function makeTree(files: Readonly<Record<string, string>> = {}): Tree {
  const tree: Tree = new Map();
  putDirectory(tree, '');
  putDirectory(tree, 'var');
  for (const [path, content] of Object.entries(files)) putFile(tree, path, content);
  return tree;
}

/** Gives an entry of a tree other owners, modes or whatever else is given. */
export function changeEntry(tree: Tree, path: string, given: Partial<Entry>): void {
  tree.set(path, { ...tree.get(path)!, ...given });
}
