import { bodyOf, readBody, type Tree } from '../entries/entry.ts';
import { creatingLine } from './created-paths.ts';
import { writtenPath } from './homes.ts';
import { lineFiles } from './line-files.ts';

/**
 * Takes lines out of packaged tmpfiles.d(5) files that would make, or replace at each boot, what an overlay puts at their
 * path, and gives a predicate for the paths of /var that are an overlay's. Lines that an overlay brings stay.
 */
export async function yieldLines(
  tree: Tree,
  overlaid: ReadonlySet<string>,
): Promise<(path: string) => boolean> {
  const isOverlaid = (path: string) => overlaid.has(path) || overlaid.has(writtenPath(path).slice(1));
  for (const entry of lineFiles(tree)) {
    if (overlaid.has(entry.path)) continue;
    const lines = (await readBody(entry.body)).toString('latin1').split('\n');
    const left = lines.filter((line) => {
      const { path } = creatingLine(line) ?? {};
      return path === undefined || !path.startsWith('var/') || !tree.has(path) || !isOverlaid(path);
    });
    if (left.length < lines.length)
      tree.set(entry.path, { ...entry, body: bodyOf(Buffer.from(left.join('\n'), 'latin1')) });
  }
  return isOverlaid;
}
