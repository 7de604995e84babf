import { type Entry, readBody, type Tree } from '../tree/entry.ts';
import { follow } from '../tree/follow.ts';

/** Folders of units of an image; the first one that has a name wins. */
const unitFolders = ['etc/systemd/system', 'usr/lib/systemd/system'];

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
  const folders = byFolder(tree);
  return {
    async read(name) {
      const values = new Map<string, string[]>();
      const names = [...new Set([name, templateOf(name)])];
      const paths = names.flatMap((each) => unitFolders.map((folder) => `${folder}/${each}`));
      const path = paths.find((each) => tree.has(each));
      if (path === undefined) return undefined;
      const file = follow(tree, path);
      if (leadsToNull(tree.get(path)!) || (file?.type === 'file' && file.body.size === 0)) {
        return { name, fileName: name, isMasked: true, values };
      }
      if (file?.type !== 'file') return undefined;
      readInto(values, await textOf(file));
      const fileName = file.path.slice(file.path.lastIndexOf('/') + 1);
      for (const dropIn of dropIns(folders, [...names, fileName])) {
        const more = follow(tree, dropIn);
        if (more?.type === 'file') readInto(values, await textOf(more));
      }
      return { name, fileName, isMasked: false, values };
    },
    listedUnder(name) {
      const kinds = ['wants', 'requires', 'upholds'];
      const prefixes = [...new Set([name, templateOf(name)])].flatMap((each) =>
        unitFolders.flatMap((folder) => kinds.map((kind) => `${folder}/${each}.${kind}/`)),
      );
      return [...new Set(prefixes.flatMap((prefix) => folders.get(prefix) ?? []))];
    },
  };
}

/** `name@.service` for `name@instance.service`; other names as they are. */
export function templateOf(name: string): string {
  return name.replace(/@.*(\.\w+)$/, '@$1');
}

/** Drop-ins in the order of their names; one in /etc replaces the one of the same name in /usr. */
function dropIns(folders: ReadonlyMap<string, string[]>, names: readonly string[]): string[] {
  const found = new Map<string, string>();
  for (const folder of unitFolders.toReversed()) {
    for (const prefix of new Set(names.map((name) => `${folder}/${name}.d/`))) {
      for (const name of folders.get(prefix) ?? [])
        if (name.endsWith('.conf')) found.set(name, prefix + name);
    }
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

/** Names by their folder, which ends with a slash. */
function byFolder(tree: Tree): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const path of tree.keys()) {
    if (!unitFolders.some((folder) => path.startsWith(`${folder}/`))) continue;
    const end = path.lastIndexOf('/') + 1;
    const names = found.get(path.slice(0, end));
    if (names) names.push(path.slice(end));
    else found.set(path.slice(0, end), [path.slice(end)]);
  }
  return found;
}

function leadsToNull({ type, linkname }: Entry): boolean {
  return type === 'symlink' && /^(\.\.\/)*\/?dev\/null$/.test(linkname);
}

async function textOf({ body }: Entry): Promise<string> {
  return (await readBody(body)).toString('utf8');
}

function readInto(values: Map<string, string[]>, text: string): void {
  let section = '';
  for (const line of text.replace(/\\\r?\n(?:[ \t]*[#;].*\n)*/g, ' ').split('\n')) {
    section = /^\[([^\]]+)\]\s*$/.exec(line)?.[1] ?? section;
    const [, key = '', value = ''] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === '') continue;
    const name = `${section}.${key}`;
    values.set(name, value === '' ? [] : [...(values.get(name) ?? []), value]);
  }
}
