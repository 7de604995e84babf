import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { templateOf } from '../../../protocol/text/unit-name.ts';
import type { Definition } from '../../definition/definition.ts';
import { placeOf } from '../../definition/place-of.ts';
import { type Problem, refuseAll } from '../../definition/refuse-all.ts';
import { parentOf } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { adoptLinked } from './adopt-linked.ts';
import { applyPresets } from './apply-presets.ts';
import { discover, enable } from './enable.ts';
import { explainAbsent, explainStatic } from './explain.ts';
import { searchUnits } from './find-units.ts';
import { findUnit, type Unit, type UnitSearch } from './load-unit.ts';
import { maskUnits, neverStarted } from './mask-units.ts';
import { moveLinks } from './move-links.ts';
import { systemFolders, userFolders } from './unit-folders.ts';

/**
 * Masks and enables what the definition says, does what preset files of the image say (all but `packaged` ones), and
 * moves the links under /usr. Throws `definition_invalid` for all units that cannot be enabled.
 */
export async function enableUnits(
  tree: Tree,
  definition: Definition,
  packaged: ReadonlySet<string> = new Set(),
): Promise<void> {
  adoptLinked(tree);
  const search = await searchUnits(tree, systemFolders, definition.arch);
  await applyPresets(search, packaged);
  await applyPresets({ ...search, folders: userFolders }, packaged);
  maskUnits(tree, definition);
  const problems: Problem[] = [];
  for (const unit of definition.units) {
    const problem = await problemOf(search, definition, unit);
    if (problem === undefined) continue;
    problems.push({ ...placeOf(definition, ['units'], unit), problem: `unit ${unit} ${problem}` });
  }
  refuseAll(problems);
  moveLinks(tree);
}

/** Enables one unit; what is wrong with it, in words, when it cannot be. */
async function problemOf(
  search: UnitSearch,
  definition: Definition,
  name: string,
): Promise<string | undefined> {
  const { tree } = search;
  if (findUnit(search, name) === undefined) return explainAbsent(tree, name);
  try {
    const unit = await discover(search, new Map(), name);
    if (unit.found === 'masked') return explainMask(tree, definition, name, unit);
    return (await enable(search, [name])) > 0 ? undefined : explainStatic(tree, unit.name);
  } catch (error) {
    if (!(error instanceof InterlockError) || error.code !== 'bad_input') throw error;
    const { what, problem } = error.details as { what: string; problem: string };
    return what === name ? problem : `needs ${what}, which ${problem}`;
  }
}

function explainMask(tree: Tree, definition: Definition, name: string, unit: Unit): string {
  const names = [name, unit.name, templateOf(unit.name), ...namesBehind(tree, unit.path)];
  const asked = names.find((each) => definition.mask.includes(each));
  if (asked !== undefined) {
    const { file, line } = placeOf(definition, ['mask'], asked);
    return `is masked by ${file}:${line}`;
  }
  const reason = names.map((each) => neverStarted.get(each)).find((each) => each !== undefined);
  if (reason !== undefined) return `is masked in every image: ${reason}`;
  const way = 'take it out of units, or name it in mask where another image.toml enables it';
  return `is masked by /${unit.path}, which leads to /dev/null or is empty: ${way}`;
}

/** The names of the units that a link leads through. */
function namesBehind(tree: Tree, path: string): string[] {
  const names: string[] = [];
  let entry = tree.get(path);
  while (entry?.type === 'symlink' && names.length < 64) {
    const { linkname } = entry;
    names.push(linkname.slice(linkname.lastIndexOf('/') + 1));
    entry = tree.get(linkname.startsWith('/') ? linkname.slice(1) : `${parentOf(entry.path)}/${linkname}`);
  }
  return names;
}
