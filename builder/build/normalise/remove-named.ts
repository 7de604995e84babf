import type { Definition } from '../../define/definition.ts';
import { placeOf } from '../../define/line-of.ts';
import type { Reporter } from '../reporter.ts';
import { removeWhere } from '../tree/change.ts';
import type { Tree } from '../tree/entry.ts';
import { idleGlobs, matchPaths } from '../tree/match-paths.ts';

/** Removes what the definition's globs name, and says which of them name nothing. */
export function removeNamed(
  tree: Tree,
  definition: Pick<Definition, 'files' | 'arch' | 'remove'>,
  report: Reporter,
): void {
  for (const glob of idleGlobs(definition.remove, tree.keys())) {
    const { file, line } = placeOf(definition, ['remove'], glob);
    report.warn?.(`${file}:${line}: remove: ${glob} matches nothing`);
  }
  removeWhere(tree, matchPaths(definition.remove));
}
