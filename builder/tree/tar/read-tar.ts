import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import { asInterlockError, InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { type Timestamp, timeOf } from './timestamp.ts';
import { widenPax } from './widen-pax.ts';

/** One entry of a tar, with what pax records say already applied. Names are binary strings: one character per byte. */
export interface TarEntry {
  /** Relative, without `.` parts; empty for the root itself. */
  path: string;
  type: Exclude<Header['type'], 'contiguous-file'>;
  /** Permission bits only, 07777. */
  mode: number;
  uid: number;
  gid: number;
  mtime: Timestamp;
  /** Bytes of content; 0 for anything but a file. */
  size: number;
  /** A symlink's target as written; a hard link's target as a path like `path`. */
  linkname: string;
  major: number;
  minor: number;
  /** Full names (`security.capability`) and values. */
  xattrs: Map<string, Buffer>;
  /** Must be read to its end before the next entry is asked for. */
  body: AsyncIterable<Buffer>;
}

/** Reads a tar entry by entry, refusing what cannot become a root file system. Throws `bad_input`. */
export async function* readTar(tar: Readable): AsyncGenerator<TarEntry> {
  const options = { filenameEncoding: 'latin1' };
  const entries = extract(options as Parameters<typeof extract>[0]);
  const feeding = pipeline(Readable.from(widenPax(tar)), entries as unknown as NodeJS.WritableStream);
  // the failure is thrown where `feeding` is awaited; until then it must not count as unhandled
  feeding.catch(() => {});
  try {
    for await (const entry of entries) {
      yield toEntry(entry.header, entry as unknown as AsyncIterable<Buffer>);
      // what nobody read, such as bytes behind a link, would hold everything up
      entry.resume();
    }
    await feeding;
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** The stream of a folder that says it has bytes never ends. */
async function* noBody(): AsyncGenerator<Buffer> {}

async function* readBody(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): InterlockError {
  if (cause instanceof InterlockError) return cause;
  const problem = asInterlockError(cause).message;
  return new InterlockError('bad_input', { what: 'tar', problem }, { cause });
}

const maxPathLength = 4096;
const maxNameLength = 255;
const maxTargetLength = 4095;
const maxId = 2 ** 32 - 2;

function toEntry(header: Header, body: AsyncIterable<Buffer>): TarEntry {
  const pax = (header.pax ?? {}) as Record<string, string>;
  const path = cleanPath(header.name);
  if (!header.type) throw refused(header.name, 'is of an unknown or sparse type');
  if (Object.keys(pax).some((key) => key.startsWith('GNU.sparse.'))) {
    throw refused(header.name, 'is sparse; pack without --sparse');
  }
  if (!Number.isSafeInteger(header.size)) throw refused(header.name, 'has no size');
  const type = header.type === 'contiguous-file' ? 'file' : header.type;
  if ((header.linkname ?? '').length > maxTargetLength) throw refused(path, 'points at more than 4095 bytes');
  return {
    path,
    type,
    mode: header.mode & 0o7777,
    uid: idOf(pax.uid ?? header.uid, path),
    gid: idOf(pax.gid ?? header.gid, path),
    mtime: mtimeOf(header, pax, path),
    size: type === 'file' ? header.size : 0,
    linkname: type === 'link' ? cleanPath(header.linkname ?? '') : (header.linkname ?? ''),
    major: header.devmajor ?? 0,
    minor: header.devminor ?? 0,
    xattrs: xattrsOf(pax, path),
    body: type === 'file' && header.size > 0 ? readBody(body) : noBody(),
  };
}

function cleanPath(name: string): string {
  const names = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/')) throw refused(name, 'is an absolute path');
  if (names.includes('..')) throw refused(name, 'leads out of the tree');
  if (name.includes('\0')) throw refused(name, 'holds a NUL');
  if (name.length > maxPathLength) throw refused(name.slice(0, 64), `is ${name.length} bytes long`);
  const long = names.find((part) => part.length > maxNameLength);
  if (long) throw refused(name, `holds a name of ${long.length} bytes, ${maxNameLength} are possible`);
  return names.join('/');
}

function idOf(value: string | number, path: string): number {
  const id = Number(value);
  if (!Number.isInteger(id) || id < 0 || id > maxId) throw refused(path, `belongs to ${value}`);
  return id;
}

/** The header holds whole seconds; fractions, and what does not fit, stand in the pax record. */
function mtimeOf({ mtime }: Header, { mtime: text }: Record<string, string>, path: string): Timestamp {
  const time = timeOf(text ?? String((mtime?.getTime() ?? 0) / 1000));
  if (!time) throw refused(path, `has the time ${text}`);
  return time;
}

const xattrPrefix = 'SCHILY.xattr.';
const otherPrefix = 'LIBARCHIVE.xattr.';

function xattrsOf(pax: Record<string, string>, path: string): Map<string, Buffer> {
  const xattrs = new Map<string, Buffer>();
  for (const [key, value] of Object.entries(pax)) {
    if (key.startsWith(xattrPrefix)) {
      xattrs.set(key.slice(xattrPrefix.length), Buffer.from(value, 'latin1'));
    } else if (key.startsWith('SCHILY.acl.')) {
      throw refused(path, 'has a textual ACL; pack with --xattrs instead of --acls');
    } else if (key.startsWith(otherPrefix)) {
      const name = decodeURIComponent(key.slice(otherPrefix.length));
      if (pax[xattrPrefix + name] === undefined) throw refused(path, `has ${name} only in libarchive's form`);
    }
  }
  return xattrs;
}

function refused(path: string, problem: string): InterlockError {
  return new InterlockError('bad_input', { what: Buffer.from(path, 'latin1').toString('utf8'), problem });
}
