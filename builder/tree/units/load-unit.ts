import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { mayAlias, mayTemplate, parseUnitName, templateOf } from '../../../protocol/text/unit-name.ts';
import { parentOf } from '../entries/change.ts';
import { readBody, type Tree } from '../entries/entry.ts';
import { follow, resolvePath } from '../entries/follow.ts';
import { expand } from './expand.ts';
import { readInstall, splitWords } from './read-install.ts';
import type { UnitFolders } from './unit-folders.ts';

/** What the search for one unit is done in, the same for all units of a tree. */
export interface UnitSearch {
  tree: Tree;
  folders: UnitFolders;
  /** Folders of drop-ins (`NAME.d`), with the names in them. */
  dropIns: ReadonlyMap<string, string[]>;
  arch: string;
  os: ReadonlyMap<string, string>;
  /** The version of systemd in the image. */
  systemd: number;
}

/** A unit that was asked for, and what its file, or the link in its place, says. */
export interface Unit {
  name: string;
  /** Named only in another unit's `Also=`: whatever is wrong with it stops nothing. */
  auxiliary: boolean;
  /** A link within the search path is an alias, one that leads outside is a linked unit. */
  found?: 'file' | 'masked' | 'alias' | 'linked';
  path: string;
  /** Where an alias or a linked unit leads. */
  target: string;
  aliases: string[];
  wantedBy: string[];
  requiredBy: string[];
  upheldBy: string[];
  also: string[];
  defaultInstance: string;
}

/** A unit about which nothing is known but its name. */
export function unitNamed(name: string, auxiliary: boolean): Unit {
  const lists = { aliases: [], wantedBy: [], requiredBy: [], upheldBy: [], also: [] };
  return { name, auxiliary, path: '', target: '', ...lists, defaultInstance: '' };
}

/** Whether a path leads to nothing: to /dev/null, to another device or to an empty file. Such a unit is masked. */
export function isMasked(tree: Tree, path: string): boolean {
  const end = resolvePath(tree, path);
  if (end === 'dev/null') return true;
  const entry = end === undefined ? undefined : tree.get(end);
  if (entry?.type === 'file') return entry.body.size === 0;
  return entry?.type === 'character-device' || entry?.type === 'block-device';
}

/** Finds a unit's file, or its template's, and reads it with its drop-ins; false when there is none. */
export async function loadUnit(search: UnitSearch, unit: Unit): Promise<boolean> {
  if (unit.found) return true;
  if (unit.path === '') {
    const path = findUnit(search, unit.name);
    if (path === undefined) return false;
    unit.path = path;
  }
  await readUnit(search, unit);
  if (unit.found !== 'masked' && unit.found !== undefined) await readDropIns(search, unit);
  return true;
}

/** The path of a unit, of the folder that wins; of its template's when an instance has none of its own. */
export function findUnit(
  { tree, folders }: Pick<UnitSearch, 'tree' | 'folders'>,
  name: string,
): string | undefined {
  const names = [...new Set([name, templateOf(name)])];
  const paths = names.flatMap((each) => folders.search.map((folder) => `${folder}/${each}`));
  return paths.find((path) => tree.has(path));
}

/** Reads what a unit's path holds. Throws `bad_input` for what systemd cannot read. */
export async function readUnit(search: UnitSearch, unit: Unit): Promise<void> {
  const { tree } = search;
  const entry = tree.get(unit.path);
  const { type, kind } = parseUnitName(unit.name)!;
  if (kind !== 'plain' && !mayTemplate(type)) throw unreadable(unit, `a ${type} unit cannot be a template`);
  if (!entry) throw unreadable(unit, `/${unit.path} leads nowhere`);
  if (isMasked(tree, unit.path)) unit.found = 'masked';
  else if (entry.type === 'symlink') readLink(search, unit, entry.linkname);
  else if (entry.type !== 'file') throw unreadable(unit, `/${unit.path} is a ${entry.type}`);
  else {
    await readFile(search, unit, unit.path);
    unit.found = 'file';
  }
}

function readLink({ tree, folders }: UnitSearch, unit: Unit, linkname: string): void {
  const target = linkname.startsWith('/') ? linkname.slice(1) : `${parentOf(unit.path)}/${linkname}`;
  const parent = resolvePath(tree, parentOf(target));
  if (parent === undefined) throw unreadable(unit, `/${unit.path} leads nowhere`);
  unit.target = `${parent}/${target.slice(target.lastIndexOf('/') + 1)}`;
  unit.found = folders.search.includes(parent) ? 'alias' : 'linked';
  const [from, to] = [unit.path, unit.target].map((path) => path.slice(path.lastIndexOf('/') + 1));
  if (unit.found === 'alias' && from !== to && !fitsAlias(from!, to!)) {
    throw unreadable(unit, `/${unit.path} is a link to ${to}: ${aliasRule}`);
  }
}

/** What systemd asks of an alias, in words. */
export const aliasRule =
  'an alias has the type of its unit, and is a template or an instance where the unit is one';

/** Whether systemd takes a name as an alias of a unit. */
export function fitsAlias(alias: string, name: string): boolean {
  const [other, own] = [parseUnitName(alias), parseUnitName(name)];
  if (!other || !own || !mayAlias(other.type) || other.type !== own.type) return false;
  if (own.kind === 'instance' && other.instance !== own.instance) return false;
  return other.kind === own.kind || (other.kind === 'instance' && own.kind === 'template');
}

async function readDropIns(search: UnitSearch, unit: Unit): Promise<void> {
  const paths = findDropIns(search, [unit.name, templateOf(unit.name)]);
  for (const path of paths) await readFile(search, unit, path);
}

/**
 * The drop-ins of a unit that has these names, in the order in which they are read: that of their own names. One of the
 * folder that wins hides those of its name in the others.
 */
export function findDropIns(
  { tree, folders, dropIns }: Pick<UnitSearch, 'tree' | 'folders' | 'dropIns'>,
  names: readonly string[],
): string[] {
  const files = new Map<string, string>();
  for (const folder of names.flatMap((name) => folders.search.map((each) => `${each}/${name}.d`))) {
    for (const name of dropIns.get(resolvePath(tree, folder) ?? '') ?? []) {
      if (!files.has(name)) files.set(name, `${folder}/${name}`);
    }
  }
  return [...files.keys()].toSorted().map((name) => files.get(name)!);
}

async function readFile(search: UnitSearch, unit: Unit, path: string): Promise<void> {
  const entry = follow(search.tree, path);
  if (entry?.type !== 'file') return;
  const text = (await readBody(entry.body)).toString('utf8');
  for (const { key, value } of readInstall(text, path)) assign(search, unit, key, value);
}

/** Debian 12 has 252, which knows neither `UpheldBy=` nor folders `.upholds`. */
const upheldBySince = 254;

const lists = {
  WantedBy: 'wantedBy',
  RequiredBy: 'requiredBy',
  UpheldBy: 'upheldBy',
  Alias: 'aliases',
} as const;

function assign(search: UnitSearch, unit: Unit, key: string, value: string): void {
  const { type, kind } = parseUnitName(unit.name)!;
  const subject = { ...unit, arch: search.arch, os: search.os, manager: search.folders.manager };
  if (key === 'Also') {
    // no quotes here, and systemd drops backslashes
    for (const word of splitWords(value, false)) unit.also.push(also(unit, expand(word, subject)));
  } else if (key === 'DefaultInstance') {
    const instance = expand(value, subject);
    if (kind !== 'template') return;
    if (!/^[A-Za-z0-9:_.@\\-]*$/.test(instance))
      throw unreadable(unit, `DefaultInstance=${value} is not an instance`);
    unit.defaultInstance = instance;
  } else if (Object.hasOwn(lists, key) && (key !== 'Alias' || mayAlias(type))) {
    if (key === 'UpheldBy' && search.systemd < upheldBySince) {
      throw unreadable(unit, `UpheldBy= needs a newer systemd than ${search.systemd}, which the image has`);
    }
    const list = lists[key as keyof typeof lists];
    unit[list] = value === '' ? [] : [...unit[list], ...splitWords(value)];
  }
}

function also(unit: Unit, name: string): string {
  const plain = name.replace(/\\(.)/g, '$1');
  if (!parseUnitName(plain)) throw unreadable(unit, `Also=${name} is not a unit name`);
  return plain;
}

function unreadable(unit: Unit, problem: string): InterlockError {
  return new InterlockError('bad_input', { what: unit.name, problem });
}
