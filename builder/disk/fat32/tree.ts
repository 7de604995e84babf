import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { longNameEntries, packShortName, shortNames } from './names.ts';

/** A file or directory on its way onto the file system. */
export interface Node {
  name: string;
  /** A file's bytes. */
  content: Uint8Array;
  /** A directory's entries, in the order of their names; null for a file. */
  children: Node[] | null;
  /** First cluster, 0 for an empty file. */
  cluster: number;
}

const attributes = { directory: 0x10, archive: 0x20, label: 0x08 };

/** Makes the tree of files given by paths (`EFI/BOOT/BOOTX64.EFI`); directories come of themselves. */
export function toTree(files: ReadonlyMap<string, Uint8Array>): Node {
  const root = directory('');
  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const names = path.split('/');
    const last = names.pop()!;
    let parent = root;
    for (const name of names) parent = childDirectory(parent, name, path);
    if (parent.children!.some(({ name }) => name === last)) throw refused(path, 'is a file and a directory');
    parent.children!.push({ name: last, content, children: null, cluster: 0 });
  }
  return root;
}

/** Bytes that a directory's entries take. */
export function directoryLength(node: Node, isRoot: boolean): number {
  const short = shortNames(node.children!.map(({ name }) => name));
  const entries = node.children!.map(({ name }) => longNameEntries(name, short.get(name)!).length + 1);
  return 32 * entries.reduce((sum, count) => sum + count, isRoot ? 1 : 2);
}

/** Lays out a directory's entries; `parentCluster` is 0 below the root, and null makes it the root itself. */
export function encodeEntries(node: Node, parentCluster: number | null, label: string, time: number): Buffer {
  const stamp = dosTime(time);
  const short = shortNames(node.children!.map(({ name }) => name));
  const own =
    parentCluster === null
      ? [encodeEntry(Buffer.from(label.padEnd(11), 'latin1'), attributes.label, 0, 0, stamp)]
      : [
          encodeEntry(packShortName('.'), attributes.directory, node.cluster, 0, stamp),
          encodeEntry(packShortName('..'), attributes.directory, parentCluster, 0, stamp),
        ];
  const entries = node.children!.flatMap((child) => {
    const name = short.get(child.name)!;
    const attribute = child.children ? attributes.directory : attributes.archive;
    const size = child.children ? 0 : child.content.length;
    return [
      ...longNameEntries(child.name, name),
      encodeEntry(packShortName(name), attribute, child.cluster, size, stamp),
    ];
  });
  return Buffer.concat([...own, ...entries]);
}

function encodeEntry(
  name: Buffer,
  attribute: number,
  cluster: number,
  size: number,
  stamp: { date: number; time: number },
): Buffer {
  const entry = Buffer.alloc(32);
  name.copy(entry, 0);
  entry.writeUInt8(attribute, 11);
  entry.writeUInt16LE(stamp.time, 14);
  entry.writeUInt16LE(stamp.date, 16);
  entry.writeUInt16LE(stamp.date, 18);
  entry.writeUInt16LE(cluster >>> 16, 20);
  entry.writeUInt16LE(stamp.time, 22);
  entry.writeUInt16LE(stamp.date, 24);
  entry.writeUInt16LE(cluster & 0xffff, 26);
  entry.writeUInt32LE(size, 28);
  return entry;
}

/** Seconds since 1970 as FAT counts them, in UTC; before 1980 there is no time. */
function dosTime(seconds: number): { date: number; time: number } {
  const at = new Date(Math.max(seconds, Date.UTC(1980, 0, 1) / 1000) * 1000);
  return {
    date: (at.getUTCFullYear() - 1980) * 512 + (at.getUTCMonth() + 1) * 32 + at.getUTCDate(),
    time: at.getUTCHours() * 2048 + at.getUTCMinutes() * 32 + Math.floor(at.getUTCSeconds() / 2),
  };
}

function childDirectory(parent: Node, name: string, path: string): Node {
  const known = parent.children!.find((child) => child.name === name);
  if (known && !known.children) throw refused(path, `is below the file ${name}`);
  if (known) return known;
  const made = directory(name);
  parent.children!.push(made);
  return made;
}

function directory(name: string): Node {
  return { name, content: Buffer.alloc(0), children: [], cluster: 0 };
}

function refused(what: string, problem: string): InterlockError {
  return new InterlockError('bad_input', { what, problem });
}
