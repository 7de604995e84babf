import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Body } from './body.ts';
import { bodyOf, type Entry, type Tree } from './entry.ts';

const nothing = bodyOf('');

/** Puts a regular file of root's into the tree, instead of what was there. */
export function putFile(tree: Tree, path: string, content: string | Uint8Array | Body, mode = 0o644): void {
  const body = typeof content === 'string' || content instanceof Uint8Array ? bodyOf(content) : content;
  put(tree, { ...blank(path), type: 'file', mode, body });
}

/** Puts a symbolic link into the tree, instead of what was there. */
export function putSymlink(tree: Tree, path: string, target: string): void {
  put(tree, { ...blank(path), type: 'symlink', mode: 0o777, linkname: target });
}

/** Makes sure that a directory exists, and its parents; one that is there stays as it is. */
export function putDirectory(tree: Tree, path: string, mode = 0o755): void {
  const found = tree.get(path);
  if (found?.type === 'directory') return;
  if (found) throw inTheWay(path, path, found);
  if (path !== '') putDirectory(tree, parentOf(path));
  tree.set(path, { ...blank(path), type: 'directory', mode });
}

/** Removes every name a predicate picks. */
export function removeWhere(tree: Tree, isUnwanted: (path: string) => boolean): void {
  for (const path of tree.keys()) if (isUnwanted(path)) tree.delete(path);
}

/** The folder that contains a path; the root is the empty path. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/** Paths, and the folders that they lie in. */
export function withParents(paths: Iterable<string>): Set<string> {
  const all = new Set(paths);
  for (const path of all) if (path !== '') all.add(parentOf(path));
  return all;
}

function put(tree: Tree, entry: Entry): void {
  const found = tree.get(entry.path);
  if (found?.type === 'directory') throw inTheWay(entry.path, entry.path, found);
  putDirectory(tree, parentOf(entry.path));
  tree.set(entry.path, entry);
}

function blank(path: string): Entry {
  return {
    path,
    type: 'file',
    mode: 0,
    uid: 0,
    gid: 0,
    linkname: '',
    major: 0,
    minor: 0,
    xattrs: new Map(),
    body: nothing,
  };
}

function inTheWay(path: string, at: string, { type }: Entry): InterlockError {
  return new InterlockError('bad_input', { what: path, problem: `/${at} is a ${type} in the image already` });
}
