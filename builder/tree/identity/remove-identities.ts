import { parentOf } from '../entries/change.ts';
import { bodyOf, type Entry, readBody, type Tree } from '../entries/entry.ts';
import { matchPaths } from '../entries/match-paths.ts';
import { knownIdentities } from './known-identities.ts';

/**
 * Takes everything that belongs to one machine out of a tree, with the links beside it that led to it. A link that leads
 * elsewhere stays: what it leads to is made on the host. What overlays put there is `overlaid` and stays.
 */
export async function removeIdentities(tree: Tree, overlaid: ReadonlySet<string> = new Set()): Promise<void> {
  const isKnown = matchPaths(knownIdentities.flatMap(({ paths }) => paths));
  const belongs = ({ path, type, linkname }: Entry) =>
    type === 'symlink'
      ? !linkname.includes('/') && isKnown([parentOf(path), linkname].filter(Boolean).join('/'))
      : isKnown(path);
  for (const entry of [...tree.values()])
    if (!overlaid.has(entry.path) && belongs(entry)) tree.delete(entry.path);
  for (const { rewrites } of knownIdentities) {
    for (const [path, changes] of Object.entries(rewrites ?? {})) {
      if (!overlaid.has(path)) await rewrite(tree, path, changes);
    }
  }
}

async function rewrite(tree: Tree, path: string, changes: readonly [RegExp, string][]): Promise<void> {
  const found = tree.get(path);
  if (found?.type !== 'file') return;
  const before = (await readBody(found.body)).toString('latin1');
  const after = changes.reduce((text, [pattern, by]) => text.replace(pattern, by), before);
  if (after !== before) tree.set(path, { ...found, body: bodyOf(Buffer.from(after, 'latin1')) });
}
