import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { parseUnitName, templateOf } from '../../../protocol/text/unit-name.ts';
import { parentOf } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { resolvePath } from '../entries/follow.ts';
import { discover, type Units } from './enable.ts';
import { isMasked, type UnitSearch } from './load-unit.ts';

/**
 * Does what `systemctl disable` does: takes the links to the units, to what they name in `Also=` and to their instances
 * out of the folder that `enable` writes to. Masks stay, and masked and missing units keep their links.
 */
export async function disable(search: UnitSearch, names: readonly string[]): Promise<void> {
  const marked = await markUnits(search, names);
  const { tree, folders } = search;
  for (let again = marked.size > 0; again; ) {
    again = false;
    for (const { path, type } of [...tree.values()]) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (type !== 'symlink' || !path.startsWith(`${folders.config}/`) || !parseUnitName(name)) continue;
      if (isMasked(tree, path)) continue;
      const end = resolvePath(tree, path) ?? '';
      const endName = end.slice(end.lastIndexOf('/') + 1);
      if (![name, templateOf(name), end, endName].some((each) => marked.has(each))) continue;
      tree.delete(path);
      removeEmpty(tree, parentOf(path), folders.config);
      marked.add(path);
      again = true;
    }
  }
}

async function markUnits(search: UnitSearch, names: readonly string[]): Promise<Set<string>> {
  const units: Units = new Map();
  const marked = new Set<string>();
  for (const name of names) await discover(search, units, name);
  // the map grows while it is walked
  for (const { name } of units.values()) {
    try {
      const unit = await discover(search, units, name);
      if (unit.found === 'file') marked.add(unit.name);
    } catch (error) {
      if (!(error instanceof InterlockError)) throw error;
    }
  }
  return marked;
}

function removeEmpty(tree: Tree, folder: string, config: string): void {
  if (folder === config || [...tree.keys()].some((path) => path.startsWith(`${folder}/`))) return;
  tree.delete(folder);
}
