import { timeText } from '../tar/timestamp.ts';
import type { Entry } from './entry.ts';

const typeFlags = {
  file: '0',
  link: '1',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  directory: '5',
  fifo: '6',
  pax: 'x',
} as const;

/** Bytes of a tar block; everything in a tar is padded to it. */
export const blockLength = 512;

/**
 * The tar header of an entry, with a pax header in front (POSIX pax, "Extended Header"): names, owners and extended
 * attributes go there as raw bytes, which tar-stream's writer would re-encode as UTF-8; it also turns mode 0 into 0644.
 * `linkTo` makes it a hard link. `mtime` in seconds since 1970; an entry's own time goes before it, and is never later.
 */
export function tarHeader(entry: Entry, mtime: number, linkTo?: string): Buffer {
  const { type, mode, uid, gid, major, minor, body } = entry;
  const records = paxRecords(entry, mtime, linkTo);
  return Buffer.concat([
    ustar({
      type: 'pax',
      name: 'pax',
      size: records.length,
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtime,
      major: 0,
      minor: 0,
    }),
    padded(records),
    ustar({
      type: linkTo === undefined ? type : 'link',
      name: type === 'directory' ? 'entry/' : 'entry',
      size: type === 'file' && linkTo === undefined ? body.size : 0,
      mode,
      uid,
      gid,
      mtime,
      major,
      minor,
    }),
  ]);
}

/** How many zero bytes follow a content of this length. */
export function padding(length: number): number {
  return (blockLength - (length % blockLength)) % blockLength;
}

function paxRecords(entry: Entry, latest: number, linkTo?: string): Buffer {
  const { path, type, linkname, uid, gid, mtime, xattrs, body } = entry;
  const name = path === '' ? './' : type === 'directory' ? `${path}/` : path;
  const records = [record('path', name)];
  if (linkTo !== undefined) records.push(record('linkpath', linkTo));
  else if (type === 'symlink') records.push(record('linkpath', linkname));
  else if (body.size > 0o77777777777) records.push(record('size', String(body.size)));
  if (uid > 0o7777777) records.push(record('uid', String(uid)));
  if (gid > 0o7777777) records.push(record('gid', String(gid)));
  if (mtime && mtime.seconds < latest) records.push(record('mtime', timeText(mtime)));
  for (const key of [...xattrs.keys()].sort()) {
    records.push(record(`SCHILY.xattr.${key}`, xattrs.get(key)!.toString('latin1')));
  }
  return Buffer.concat(records);
}

/** `<length> <key>=<value>\n`, the length counting itself. */
function record(key: string, value: string): Buffer {
  const text = ` ${key}=${value}\n`;
  let length = text.length + 1;
  while (length !== text.length + String(length).length) length = text.length + String(length).length;
  return Buffer.from(`${length}${text}`, 'latin1');
}

interface Fields {
  type: keyof typeof typeFlags;
  name: string;
  size: number;
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  major: number;
  minor: number;
}

/** A ustar header block (POSIX pax, "ustar Interchange Format"); numbers too large for it stand in the pax records. */
function ustar({ type, name, size, mode, uid, gid, mtime, major, minor }: Fields): Buffer {
  const block = Buffer.alloc(blockLength);
  const octal = (value: number, at: number, digits: number) => {
    const text = value.toString(8).padStart(digits, '0');
    block.write(text.length > digits ? '0'.repeat(digits) : text, at, 'latin1');
  };
  block.write(name, 0, 'latin1');
  octal(mode, 100, 7);
  octal(uid, 108, 7);
  octal(gid, 116, 7);
  octal(size, 124, 11);
  octal(mtime, 136, 11);
  block.write(typeFlags[type], 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  octal(major, 329, 7);
  octal(minor, 337, 7);
  block.fill(' ', 148, 156);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  block[154] = 0;
  return block;
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc(padding(content.length))]);
}
