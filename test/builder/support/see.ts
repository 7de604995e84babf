import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { readTar } from '../../../builder/tree/tar/read-tar.ts';
import { openErofs } from '../../support/erofs/open-erofs.ts';

/** All that a file system shows of one path. */
export interface Seen {
  type: string;
  mode: number;
  uid: number;
  gid: number;
  /** Seconds and nanoseconds. */
  mtime: string;
  device: string;
  linkname: string;
  content: string;
  xattrs: [string, string][];
  /** Every name of the same inode. */
  names: string[];
}

/** Every path of a tar; hard links carry their target's facts. */
export async function seeTar(tar: Readable): Promise<Map<string, Seen>> {
  const seen = new Map<string, Seen>();
  for await (const entry of readTar(tar)) {
    const digest = createHash('sha256');
    for await (const chunk of entry.body) digest.update(chunk);
    if (entry.type === 'link') {
      const target = seen.get(entry.linkname)!;
      target.names.push(entry.path);
      seen.set(entry.path, target);
      continue;
    }
    seen.set(entry.path, {
      type: entry.type,
      mode: entry.mode,
      uid: entry.uid,
      gid: entry.gid,
      mtime: `${entry.mtime.seconds} ${entry.mtime.nanoseconds}`,
      device: `${entry.major}:${entry.minor}`,
      linkname: entry.linkname,
      content: digest.digest('hex'),
      xattrs: sortXattrs(entry.xattrs),
      names: [entry.path],
    });
  }
  for (const { names } of seen.values()) names.sort();
  return seen;
}

const types = new Map([
  [0o010000, 'fifo'],
  [0o020000, 'character-device'],
  [0o040000, 'directory'],
  [0o060000, 'block-device'],
  [0o100000, 'file'],
  [0o120000, 'symlink'],
]);

/** Every path of an image, by the tests' own reader. */
export async function seeImage(path: string): Promise<Map<string, Seen>> {
  const erofs = await openErofs(path);
  const names = new Map<number, string[]>();
  const seen = new Map<string, Seen>();
  for (const entry of await erofs.list()) {
    const type = types.get(entry.mode & 0o170000) ?? 'unknown';
    const content = type === 'file' || type === 'symlink' ? await entry.content() : Buffer.alloc(0);
    const shared = type === 'directory' ? [] : (names.get(entry.nid) ?? []);
    names.set(entry.nid, shared);
    shared.push(entry.path);
    seen.set(entry.path, {
      type,
      mode: entry.mode & 0o7777,
      uid: entry.uid,
      gid: entry.gid,
      mtime: `${entry.mtime} ${entry.nanoseconds}`,
      device: `${(entry.device >>> 8) & 0xfff}:${(entry.device & 0xff) | ((entry.device >>> 12) & 0xfff00)}`,
      linkname: type === 'symlink' ? content.toString('latin1') : '',
      content: createHash('sha256')
        .update(type === 'file' ? content : '')
        .digest('hex'),
      xattrs: sortXattrs(entry.xattrs),
      names: shared,
    });
  }
  await erofs.close();
  for (const { names: shared } of seen.values()) shared.sort();
  return seen;
}

function sortXattrs(xattrs: Map<string, Buffer>): [string, string][] {
  return [...xattrs].map(([name, value]): [string, string] => [name, value.toString('hex')]).sort();
}
