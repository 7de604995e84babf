import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { globPattern } from '../../definition/paths/glob.ts';
import { readableName } from '../../definition/paths/names.ts';

/** A predicate for a tree's paths that one of the globs (see `globPattern`) names, or that lie below such a path. */
export function matchPaths(globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => false;
  const pattern = new RegExp(`^(?:${globs.map(checked).join('|')})(?:/|$)`, 'us');
  return (path) => pattern.test(readableName(path));
}

/** Those of the globs that name none of the paths. */
export function idleGlobs(globs: readonly string[], paths: Iterable<string>): string[] {
  const idle = new Map(globs.map((glob) => [glob, matchPaths([glob])]));
  for (const path of paths) {
    for (const [glob, matches] of idle) if (matches(path)) idle.delete(glob);
    if (idle.size === 0) break;
  }
  return [...idle.keys()];
}

function checked(glob: string): string {
  try {
    return globPattern(glob);
  } catch (cause) {
    throw new InterlockError('bad_input', { what: glob, problem: 'is not a valid glob' }, { cause });
  }
}
