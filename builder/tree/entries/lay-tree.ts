import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { parentOf, putDirectory } from './change.ts';
import type { Entry, Tree } from './entry.ts';
import { follow } from './follow.ts';
import { walk } from './walk.ts';

/** How one tree is laid over another. */
export interface LayOptions {
  /** A directory that meets a link to a directory goes where the link leads (`bin` into `usr/bin`), as with dpkg. */
  keepLinks: boolean;
  /** What is not a directory may replace one and all that it holds. */
  replaceDirectories: boolean;
}

/**
 * Lays one tree over another, entry by entry, the upper one winning; the lower root keeps its owner and mode. Throws
 * `bad_input` for what lies below a file, or would replace a directory and may not.
 */
export function layTree(tree: Tree, over: Tree, options: LayOptions): void {
  const implied = addParents(over);
  const landed = new Map<string, string>([['', '']]);
  for (const entry of walk(over)) {
    if (entry.path === '') continue;
    const parent = landed.get(parentOf(entry.path))!;
    const name = entry.path.slice(entry.path.lastIndexOf('/') + 1);
    const path = parent === '' ? name : `${parent}/${name}`;
    if (entry.type !== 'directory') layLeaf(tree, { ...entry, path }, options);
    else {
      const isImplied = implied.has(entry.path);
      landed.set(entry.path, layDirectory(tree, { ...entry, path }, isImplied, options));
    }
  }
}

/** Removes an entry with everything in it. */
export function removeBelow(tree: Tree, path: string): void {
  const below = `${path}/`;
  for (const name of tree.keys()) if (name === path || name.startsWith(below)) tree.delete(name);
}

/** Makes the directories that only the paths below them name, and returns their paths. */
function addParents(over: Tree): Set<string> {
  const implied = new Set<string>();
  for (const path of over.keys()) {
    for (let parent = parentOf(path); parent !== '' && !over.has(parent); parent = parentOf(parent)) {
      implied.add(parent);
    }
    const parent = over.get(parentOf(path));
    if (path !== '' && parent && parent.type !== 'directory') throw refused(path, 'is below a file');
  }
  for (const path of implied) putDirectory(over, path);
  return implied;
}

/** Returns the path where the directory's content goes. */
function layDirectory(tree: Tree, entry: Entry, isImplied: boolean, { keepLinks }: LayOptions): string {
  const found = tree.get(entry.path);
  const leadsTo = found?.type === 'symlink' ? follow(tree, entry.path) : undefined;
  if (leadsTo?.type === 'directory' && (keepLinks || isImplied)) return leadsTo.path;
  if (found && found.type !== 'directory' && isImplied)
    throw refused(entry.path, `is a ${found.type} already`);
  if (found?.type !== 'directory' || !isImplied) tree.set(entry.path, entry);
  return entry.path;
}

function layLeaf(tree: Tree, entry: Entry, { replaceDirectories }: LayOptions): void {
  if (tree.get(entry.path)?.type === 'directory') {
    if (!replaceDirectories) throw refused(entry.path, 'is a directory already');
    removeBelow(tree, entry.path);
  }
  tree.set(entry.path, entry);
}

function refused(path: string, problem: string): InterlockError {
  return new InterlockError('bad_input', { what: Buffer.from(path, 'latin1').toString('utf8'), problem });
}
