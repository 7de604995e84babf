import type { Reporter } from '../../build-host/reporter.ts';
import type { Definition } from '../../definition/definition.ts';
import { placeOf } from '../../definition/place-of.ts';
import { removeWhere } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { idleGlobs, matchPaths } from '../entries/match-paths.ts';

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
