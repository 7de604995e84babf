import { parseUnitName } from '../../../protocol/text/unit-name.ts';
import { parentOf, putSymlink } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { isMasked } from './load-unit.ts';
import { systemFolders } from './unit-folders.ts';

const { config, vendor, search } = systemFolders;
const lower = search.filter((folder) => folder !== config);

/**
 * Moves what is enabled from /etc to /usr, where a host's own links hide nothing of a later version. Only links move
 * whose effect stays the same: masks, and names that the folders below hold too, stay and win.
 */
export function moveLinks(tree: Tree): void {
  const links = [...tree.values()].filter(
    ({ type, path }) => type === 'symlink' && path.startsWith(`${config}/`),
  );
  const names = links.map(({ path }) => path.slice(config.length + 1)).filter(isUnitLink);
  const masked = new Set(
    [...tree.keys()].filter((path) => isListed(path) && isMasked(tree, path)).map((path) => nameOf(path)),
  );
  const moving = new Set(names.filter((name) => canMove(tree, name, masked)));
  const targets = new Map(names.map((name) => [name, pathOf(tree, `${config}/${name}`)]));
  for (const name of names) {
    const { linkname } = tree.get(`${config}/${name}`)!;
    const old = targets.get(name)!;
    const unit = old.startsWith(`${config}/`) ? old.slice(config.length + 1) : undefined;
    const target = unit !== undefined && moving.has(unit) ? `${vendor}/${unit}` : old;
    if (moving.has(name)) {
      tree.delete(`${config}/${name}`);
      putSymlink(tree, `${vendor}/${name}`, fromVendor(name, target));
    } else if (target !== old) putSymlink(tree, `${config}/${name}`, `/${target}`);
    else if (isRepeated(tree, name, masked)) tree.delete(`${config}/${name}`);
    else putSymlink(tree, `${config}/${name}`, linkname);
  }
  removeEmptyLists(tree);
}

/** A link in the place of a unit, or in a list of units; not one to a drop-in. */
function isUnitLink(name: string): boolean {
  const [list, unit, ...more] = name.split('/');
  if (unit === undefined) return parseUnitName(name) !== undefined;
  return more.length === 0 && isList(list!) && parseUnitName(unit) !== undefined;
}

function isList(name: string): boolean {
  return /\.(?:wants|requires|upholds)$/.test(name);
}

function isListed(path: string): boolean {
  const folder = parentOf(path);
  return isList(folder) && search.some((each) => parentOf(folder) === each);
}

function canMove(tree: Tree, name: string, masked: ReadonlySet<string>): boolean {
  if (isMasked(tree, `${config}/${name}`)) return false;
  if (name.includes('/') && masked.has(nameOf(name))) return false;
  return lower.every((folder) => !tree.has(`${folder}/${name}`));
}

/** Lists go by the names of their links: one that says what a folder below says too is of no effect. */
function isRepeated(tree: Tree, name: string, masked: ReadonlySet<string>): boolean {
  if (!name.includes('/') || masked.has(nameOf(name))) return false;
  return lower.some((folder) => tree.get(`${folder}/${name}`)?.type === 'symlink');
}

function pathOf(tree: Tree, path: string): string {
  const { linkname } = tree.get(path)!;
  const words = linkname.startsWith('/')
    ? linkname.split('/')
    : [...parentOf(path).split('/'), ...linkname.split('/')];
  const kept: string[] = [];
  for (const word of words) {
    if (word === '..') kept.pop();
    else if (word !== '' && word !== '.') kept.push(word);
  }
  return kept.join('/').replace(/^lib\//, 'usr/lib/');
}

/** Links within the folder are relative, so that they also lead somewhere when the image is mounted. */
function fromVendor(name: string, target: string): string {
  if (!target.startsWith(`${vendor}/`)) return `/${target}`;
  return `${name.includes('/') ? '../' : ''}${target.slice(vendor.length + 1)}`;
}

function removeEmptyLists(tree: Tree): void {
  const full = new Set([...tree.keys()].map(parentOf));
  for (const { path, type } of [...tree.values()]) {
    const isEmptyList = type === 'directory' && isList(path) && parentOf(path) === config && !full.has(path);
    if (isEmptyList) tree.delete(path);
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
