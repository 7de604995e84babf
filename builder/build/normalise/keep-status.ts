import { putFile, removeWhere } from '../tree/change.ts';
import type { Tree } from '../tree/entry.ts';
import { matchPaths } from '../tree/match-paths.ts';

const status = 'var/lib/dpkg/status';
const kept = 'usr/lib/sysimage/dpkg/status';

/** Keeps dpkg's list of packages, which scanners read, under /usr; nothing else of dpkg's database is of use. */
export function keepStatus(tree: Tree): void {
  const found = tree.get(status);
  if (found?.type === 'file') putFile(tree, kept, found.body);
  removeWhere(tree, matchPaths(['var/lib/dpkg']));
}
