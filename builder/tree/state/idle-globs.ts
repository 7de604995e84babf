import type { Reporter } from '../../build-host/reporter.ts';
import type { Definition } from '../../definition/definition.ts';
import { placeOf } from '../../definition/place-of.ts';
import type { Tree } from '../entries/entry.ts';
import { matchWritten } from './state-rules.ts';

/** Warns of globs of `[state]` that match nothing in /var. */
export function warnOfIdleGlobs(
  tree: Tree,
  definition: Pick<Definition, 'files' | 'arch' | 'state'>,
  report: Reporter,
): void {
  const paths = [...tree.keys()].filter((path) => path.startsWith('var/'));
  for (const key of ['seed', 'link'] as const) {
    for (const glob of definition.state[key].filter((each) => !paths.some(matchWritten([each])))) {
      const { file, line } = placeOf(definition, ['state', key], glob);
      report.warn?.(`${file}:${line}: state.${key}: ${glob} matches nothing`);
    }
  }
}
