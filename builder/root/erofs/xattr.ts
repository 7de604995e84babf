import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Inode } from './tree.ts';

const headerLength = 12;
const maxShared = 255;
const maxAreaLength = headerLength + 4 * 0xfffe;

const prefixes = [
  { prefix: 'system.posix_acl_access', index: 2, whole: true },
  { prefix: 'system.posix_acl_default', index: 3, whole: true },
  { prefix: 'user.', index: 1, whole: false },
  { prefix: 'trusted.', index: 4, whole: false },
  { prefix: 'security.', index: 6, whole: false },
];

/** Attributes that several inodes have, stored once; `ids` maps an encoded entry (latin1) to its place. */
export interface SharedXattrs {
  area: Buffer;
  ids: Map<string, number>;
}

/** Collects the attributes that occur at least twice, sorted by name and value. */
export function shareXattrs(inodes: readonly Inode[]): SharedXattrs {
  const counts = new Map<string, { sortKey: string; count: number }>();
  for (const inode of inodes) {
    for (const [name, value] of inode.xattrs) {
      const key = encodeXattr(name, value).toString('latin1');
      const known = counts.get(key) ?? { sortKey: `${name}\0${value.toString('latin1')}`, count: 0 };
      known.count++;
      counts.set(key, known);
    }
  }
  const shared = [...counts].filter(([, { count }]) => count > 1);
  shared.sort(([, a], [, b]) => (a.sortKey < b.sortKey ? -1 : 1));
  const ids = new Map<string, number>();
  let at = 0;
  for (const [key] of shared) {
    ids.set(key, at / 4);
    at += key.length;
  }
  return { area: Buffer.from(shared.map(([key]) => key).join(''), 'latin1'), ids };
}

/** An inode's xattr area: header, ids of shared entries, then own entries by name; empty without attributes. */
export function encodeXattrArea(xattrs: Inode['xattrs'], { ids }: SharedXattrs): Buffer {
  if (xattrs.size === 0) return Buffer.alloc(0);
  const sharedIds: number[] = [];
  const own: Buffer[] = [];
  for (const [name, value] of [...xattrs].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const entry = encodeXattr(name, value);
    const id = ids.get(entry.toString('latin1'));
    if (id !== undefined && sharedIds.length < maxShared) sharedIds.push(id);
    else own.push(entry);
  }
  const head = Buffer.alloc(headerLength + 4 * sharedIds.length);
  head.writeUInt8(sharedIds.length, 4);
  sharedIds.forEach((id, index) => {
    head.writeUInt32LE(id, headerLength + 4 * index);
  });
  const area = Buffer.concat([head, ...own]);
  if (area.length > maxAreaLength) throw refused(`attributes of ${area.length} bytes on one file`);
  return area;
}

/** `i_xattr_icount` of an area (Linux `erofs_xattr_ibody_size`, turned around). */
export function xattrCount(area: Buffer): number {
  return area.length === 0 ? 0 : 1 + (area.length - headerLength) / 4;
}

/** One entry (Linux `struct erofs_xattr_entry`), padded to 4 bytes. */
function encodeXattr(name: string, value: Buffer): Buffer {
  const match = prefixes.find(({ prefix, whole }) => (whole ? name === prefix : name.startsWith(prefix)));
  const suffix = name.slice(match?.prefix.length);
  if (!match || (!match.whole && suffix === '')) throw refused(`an attribute named ${name}`);
  if (suffix.length > 255 || value.length > 0xffff) {
    throw refused(`attribute ${name} with ${value.length} bytes`);
  }
  const entry = Buffer.alloc(Math.ceil((4 + suffix.length + value.length) / 4) * 4);
  entry.writeUInt8(suffix.length, 0);
  entry.writeUInt8(match.index, 1);
  entry.writeUInt16LE(value.length, 2);
  entry.write(suffix, 4, 'latin1');
  value.copy(entry, 4 + suffix.length);
  return entry;
}

function refused(problem: string): InterlockError {
  return new InterlockError('bad_input', { what: 'tar', problem: `${problem} cannot be stored` });
}
