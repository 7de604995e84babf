import { shownName } from '../../definition/paths/names.ts';
import type { Entry, Tree } from '../entries/entry.ts';

const capability = 'security.capability';

/** Lists the packaged setuid and setgid programs that an overlay replaces by files without these bits. */
export function lostRights(packages: Tree, tree: Tree, overlaid: Iterable<string>): string[] {
  return [...overlaid].flatMap((path) => {
    const [was, is] = [packages.get(path), tree.get(path)];
    if (was?.type !== 'file' || is?.type !== 'file' || !hasRights(was) || hasRights(is)) return [];
    const lost =
      was.mode & 0o6000
        ? 'a setuid or setgid program and is none'
        : 'a program with capabilities and has none';
    return [`/${shownName(path)} of an overlay replaces ${lost}`];
  });
}

function hasRights({ mode, xattrs }: Entry): boolean {
  return (mode & 0o6000) !== 0 || xattrs.has(capability);
}
