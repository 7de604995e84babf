import { templateOf } from '../../../protocol/text/unit-name.ts';
import { type Entry, readBody, type Tree } from '../../tree/entries/entry.ts';
import { follow } from '../../tree/entries/follow.ts';
import { listDropIns } from '../../tree/units/find-units.ts';
import { findDropIns, findUnit, isMasked } from '../../tree/units/load-unit.ts';
import { readAssignment, unitLines } from '../../tree/units/read-install.ts';
import { systemFolders } from '../../tree/units/unit-folders.ts';

/** A unit as systemd would load it, drop-ins included. */
export interface ReadUnit {
  name: string;
  /** The name of the file behind it: another one where the name is an alias. */
  fileName: string;
  isMasked: boolean;
  /** Values in order, by `Section.Key`; an empty value has reset those before it. */
  values: Map<string, string[]>;
}

/** The units of a tree, read but never changed. */
export interface Units {
  /** A unit, or the template of an instance; nothing when the image has none of that name. */
  read(name: string): Promise<ReadUnit | undefined>;
  /** Names that a unit's folders `<name>.wants`, `.requires` and `.upholds` hold. */
  listedUnder(name: string): string[];
}

/** Looks units of a tree up; the tree must stay as it is meanwhile. */
export function openUnits(tree: Tree): Units {
  const search = { tree, folders: systemFolders, dropIns: listDropIns(tree) };
  const listed = listPulled(tree);
  return {
    async read(name) {
      const values = new Map<string, string[]>();
      const path = findUnit(search, name);
      if (path === undefined) return undefined;
      if (isMasked(tree, path)) return { name, fileName: name, isMasked: true, values };
      const file = follow(tree, path);
      if (file?.type !== 'file') return undefined;
      const fileName = file.path.slice(file.path.lastIndexOf('/') + 1);
      const dropIns = findDropIns(search, [...new Set([name, templateOf(name), fileName])]);
      for (const entry of [file, ...dropIns.map((each) => follow(tree, each))]) {
        if (entry?.type === 'file') await readInto(values, entry);
      }
      return { name, fileName, isMasked: false, values };
    },
    listedUnder(name) {
      const names = new Set([name, templateOf(name)]);
      return [...new Set([...names].flatMap((each) => listed.get(each) ?? []))];
    },
  };
}

/** The names in folders `<unit>.wants` and the like, by the unit. */
function listPulled(tree: Tree): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const path of tree.keys()) {
    const folder = systemFolders.search.find((each) => path.startsWith(`${each}/`));
    if (folder === undefined) continue;
    const [, unit, name] =
      /^([^/]+)\.(?:wants|requires|upholds)\/([^/]+)$/s.exec(path.slice(folder.length + 1)) ?? [];
    if (unit !== undefined && name !== undefined) found.set(unit, [...(found.get(unit) ?? []), name]);
  }
  return found;
}

/** Reads every section; what systemd would not read either is left out. */
async function readInto(values: Map<string, string[]>, { body }: Entry): Promise<void> {
  let section = '';
  for (const line of unitLines((await readBody(body)).toString('utf8'))) {
    section = /^\[(.*)\]$/.exec(line)?.[1] ?? section;
    for (const { key, value } of readAssignment(line)) {
      const name = `${section}.${key}`;
      values.set(name, value === '' ? [] : [...(values.get(name) ?? []), value]);
    }
  }
}
