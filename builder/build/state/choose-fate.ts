import type { Entry } from '../tree/entry.ts';
import { matchPaths } from '../tree/match-paths.ts';
import { isSoftware, writtenPath } from './homes.ts';

/** What decides where an entry of /var goes. */
export interface StateRules {
  /** Globs of the definition: files a host gets once. */
  seed: readonly string[];
  /** Globs of the definition: files that stay the image's. */
  link: readonly string[];
  /** Files that packages bring as theirs, which no program writes to. */
  shipped: ReadonlySet<string>;
  /** What lines of tmpfiles.d(5) make already. */
  created: ReadonlySet<string>;
}

/**
 * `made` by a line of its own; `linked`: in the image, with a link to it; `seeded`: copied once; `created` by somebody
 * else's line. A folder that is linked or seeded takes along all that lies in it.
 */
export type Fate = 'created' | 'made' | 'linked' | 'seeded';

/** Gives the rule by which each entry of /var finds its place; `state` is all of them. */
export function chooseFate(state: readonly Entry[], rules: StateRules): (entry: Entry) => Fate {
  const isSeeded = matchWritten(rules.seed);
  const isLinked = matchWritten(rules.link);
  const below = (folder: string, holds: (path: string) => boolean) =>
    state.some(({ path }) => path.startsWith(`${folder}/`) && holds(path));

  return ({ path, type }) => {
    if (rules.created.has(path)) return 'created';
    if (type === 'directory') {
      if (isLinked(path) && !below(path, isSeeded)) return 'linked';
      // a home is copied whole or not at all: what its user deletes does not come back
      const isHome = /^var\/home\/[^/]+$/.test(path) && below(path, () => true);
      return isHome && !below(path, isLinked) ? 'seeded' : 'made';
    }
    if (type !== 'file') return 'made';
    if (isSeeded(path)) return 'seeded';
    return isLinked(path) || isSoftware(path) || rules.shipped.has(path) ? 'linked' : 'seeded';
  };
}

/** A predicate for paths of /var. Globs name them as people do (`/opt/x`), or as they lie on the host. */
export function matchWritten(globs: readonly string[]): (path: string) => boolean {
  const matches = matchPaths(globs);
  return (path) => matches(path) || matches(writtenPath(path).slice(1));
}
