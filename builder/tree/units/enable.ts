import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { parseUnitName, withInstance } from '../../../protocol/text/unit-name.ts';
import { parentOf, putSymlink } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { resolvePath } from '../entries/follow.ts';
import { expand } from './expand.ts';
import {
  aliasRule,
  fitsAlias,
  loadUnit,
  readUnit,
  type Unit,
  type UnitSearch,
  unitNamed,
} from './load-unit.ts';

const maxAliases = 64;

/** Units that one call is about, by name, in the order in which they were met. */
export type Units = Map<string, Unit>;

/**
 * Does what `systemctl enable` does for units, in the folder that it would write to, and gives how many links their
 * [Install] sections ask for. `lenient` is the way of presets: a template without an instance is left alone. Throws
 * `bad_input` where systemctl fails.
 */
export async function enable(search: UnitSearch, names: readonly string[], lenient = false): Promise<number> {
  const units: Units = new Map();
  for (const name of names) {
    const unit = await discover(search, units, name);
    if (unit.found === 'masked') throw refused(name, `is masked by /${unit.path}`);
  }
  let links = 0;
  // the map grows while it is walked
  for (const unit of units.values()) {
    try {
      await traverse(search, units, unit, false);
    } catch (error) {
      if (unit.auxiliary && error instanceof InterlockError) continue;
      throw error;
    }
    if (unit.found === 'masked') links++;
    if (unit.found === 'file') links += await install(search, unit, lenient);
  }
  return links;
}

/** The unit that a name stands for, through aliases. Throws `bad_input` when there is none. */
export async function discover(search: UnitSearch, units: Units, name: string): Promise<Unit> {
  return traverse(search, units, add(units, name, false), true);
}

function add(units: Units, name: string, auxiliary: boolean): Unit {
  const unit = units.get(name) ?? unitNamed(name, auxiliary);
  unit.auxiliary &&= auxiliary;
  units.set(name, unit);
  return unit;
}

/** Loads a unit, follows the links it lies behind and notes the units that they and `Also=` name. */
async function traverse(search: UnitSearch, units: Units, start: Unit, followConfig: boolean): Promise<Unit> {
  let unit = start;
  if (!(await loadUnit(search, unit))) throw refused(unit.name, 'does not exist');
  noteAlso(units, unit);
  for (let links = 0; unit.found === 'alias' || unit.found === 'linked'; links++) {
    if (!followConfig && parentOf(unit.path) === search.folders.config) {
      throw refused(start.name, `is a link in /${search.folders.config}`);
    }
    if (links === maxAliases) throw refused(start.name, 'is a link that leads to itself');
    const targetName = unit.target.slice(unit.target.lastIndexOf('/') + 1);
    const from = parseUnitName(unit.name)!;
    const filled =
      from.kind === 'instance' && parseUnitName(targetName)?.kind === 'template'
        ? withInstance(targetName, from.instance)
        : targetName;
    if (unit.found === 'linked' || filled === unit.name) {
      unit.path = unit.target;
      delete unit.found;
      await readUnit(search, unit);
    } else {
      if (!parseUnitName(filled))
        throw refused(unit.name, `is a link to ${filled}, which is not a unit name`);
      unit = add(units, filled, false);
      if (!(await loadUnit(search, unit)))
        throw refused(start.name, `is a link to ${filled}, which does not exist`);
    }
    noteAlso(units, unit);
  }
  return unit;
}

function noteAlso(units: Units, { also }: Unit): void {
  for (const name of also) add(units, name, true);
}

async function install(search: UnitSearch, unit: Unit, lenient: boolean): Promise<number> {
  const { config } = search.folders;
  const isOutside = !search.folders.search.includes(parentOf(unit.path));
  if (isOutside) link(search, unit, unit.path, `${config}/${unit.name}`, false);
  let links = 0;
  for (const word of unit.aliases) {
    const alias = aliasFor(unit, expandFor(search, unit, word));
    if (alias === unit.name) continue;
    link(search, unit, isOutside ? `${config}/${unit.name}` : unit.path, `${config}/${alias}`, false);
    links++;
  }
  const lists = [
    ['wants', unit.wantedBy],
    ['requires', unit.requiredBy],
    ['upholds', unit.upheldBy],
  ] as const;
  for (const [kind, list] of lists) {
    if (list.length === 0) continue;
    const name = await nameToStart(search, unit);
    for (const word of list) {
      const by = expandFor(search, unit, word);
      const kindOfBy = parseUnitName(by)?.kind;
      const needsInstance = parseUnitName(name)!.kind === 'template' && kindOfBy === 'plain';
      if (kindOfBy === undefined || needsInstance) {
        if (lenient) continue;
        if (needsInstance) throw refused(unit.name, needsOne(unit, by));
        throw refused(unit.name, `is to be started by ${by}, which is not a unit name`);
      }
      link(search, unit, unit.path, `${config}/${by}.${kind}/${name}`, true);
      links++;
    }
  }
  return links;
}

function needsOne({ name }: Unit, by: string): string {
  const example = withInstance(name, 'INSTANCE');
  return `is a template without DefaultInstance=, which ${by} cannot start: enable an instance, ${example}`;
}

function expandFor({ arch, os, folders }: UnitSearch, unit: Unit, word: string): string {
  return expand(word, { ...unit, arch, os, manager: folders.manager });
}

/** An alias with the unit's instance filled in. Throws `bad_input` for one that systemd would not follow. */
function aliasFor(unit: Unit, word: string): string {
  const own = parseUnitName(unit.name)!;
  const wanted = parseUnitName(word);
  const alias =
    wanted?.kind === 'template' && own.kind === 'instance' ? withInstance(word, own.instance) : word;
  if (!fitsAlias(alias, unit.name)) throw refused(unit.name, `cannot have the alias ${word}: ${aliasRule}`);
  return alias;
}

/** The name that a list gets: of a template the default instance, or the template where it has none. */
async function nameToStart(search: UnitSearch, unit: Unit): Promise<string> {
  const isTemplate = parseUnitName(unit.name)!.kind === 'template';
  if (!isTemplate || unit.defaultInstance === '') return unit.name;
  const instance = unitNamed(withInstance(unit.name, unit.defaultInstance), false);
  await loadUnit(search, instance);
  if (instance.found === 'masked') throw refused(instance.name, `is masked by /${instance.path}`);
  return instance.name;
}

function link({ tree, folders }: UnitSearch, unit: Unit, target: string, path: string, force: boolean): void {
  const found = tree.get(path);
  if (found?.type === 'symlink') {
    if (sameUnit(tree, path, target, folders.search)) return;
    const isBroken = !tree.has(resolvePath(tree, path) ?? '');
    if (!force && !isBroken)
      throw refused(unit.name, `cannot have the link /${path}: it leads elsewhere already`);
  } else if (found) throw refused(unit.name, `cannot have the link /${path}: it is a ${found.type} already`);
  putSymlink(tree, path, `/${target}`);
}

function sameUnit(tree: Tree, path: string, target: string, search: readonly string[]): boolean {
  const { linkname } = tree.get(path)!;
  const old = linkname.startsWith('/') ? linkname.slice(1) : `${parentOf(path)}/${linkname}`;
  const [oldParent, newParent] = [old, target].map((each) => resolvePath(tree, parentOf(each)));
  const [oldName, newName] = [old, target].map((each) => each.slice(each.lastIndexOf('/') + 1));
  if (oldName !== newName || oldParent === undefined || newParent === undefined) return false;
  return oldParent === newParent || (search.includes(oldParent) && search.includes(newParent));
}

function refused(unit: string, problem: string): InterlockError {
  return new InterlockError('bad_input', { what: unit, problem });
}
