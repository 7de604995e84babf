import { parentOf } from './change.ts';
import type { Entry, Tree } from './entry.ts';

/** Entries depth first, the names of each folder in byte order: the order in which EROFS lays files out. */
export function* walk(tree: Tree): Generator<Entry> {
  const children = new Map<string, Entry[]>();
  for (const entry of tree.values()) {
    if (entry.path === '') continue;
    const parent = parentOf(entry.path);
    const siblings = children.get(parent);
    if (siblings) siblings.push(entry);
    else children.set(parent, [entry]);
  }
  const root = tree.get('');
  if (root) yield root;
  yield* below('', children);
}

function* below(path: string, children: ReadonlyMap<string, Entry[]>): Generator<Entry> {
  const siblings = children.get(path) ?? [];
  // paths are binary strings: comparing code units compares bytes
  siblings.sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const entry of siblings) {
    yield entry;
    if (entry.type === 'directory') yield* below(entry.path, children);
  }
}
